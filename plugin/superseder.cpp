#include "plugin/superseder.h"

#include <string>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

std::string causeOf(const JobStore::Outdated& outdated) {
  using Cause = JobStore::Outdated::Cause;
  switch (outdated.cause) {
    case Cause::laterJob:
      return "superseded by job " + outdated.byJobId + " over the same series";
    case Cause::laterRun:
      return "analysed again, its earlier results are superseded";
    case Cause::interrupted:
      return "cancelled while its results were being stored";
  }
  return {};
}

}  // namespace

Superseder::Superseder(Archive& archive, JobStore& store, bool remove, LogCallback log)
    : archive_(archive), store_(store), remove_(remove), log_(std::move(log)) {}

// One that cannot be removed just now does not keep the others.
void Superseder::removeOutdated() {
  const std::int64_t newest = store_.newestSet();
  std::string trouble;
  for (const JobStore::Outdated& outdated : store_.outdatedResults(settledUpTo_)) {
    try {
      settle(outdated);
    } catch (const ResourceError& error) {
      if (trouble.empty()) trouble = error.what();
    }
  }
  if (!trouble.empty()) throw ResourceError(trouble);  // all is looked at again
  settledUpTo_ = newest;
}

void Superseder::settle(const JobStore::Outdated& outdated) {
  // A part of a set is no result: it goes wherever results of the past are kept, too.
  const bool goes = remove_ || outdated.cause == JobStore::Outdated::Cause::interrupted;
  const int removed = goes ? removeObjects(outdated) : 0;
  store_.settleOutdated(outdated);
  log_(LogLevel::warning, "job " + outdated.jobId + ": " + causeOf(outdated) + "; " +
                              std::to_string(removed) +
                              " of its objects were removed from the archive");
}

int Superseder::removeObjects(const JobStore::Outdated& outdated) {
  int removed = 0;
  const auto job = store_.job(outdated.jobId);
  if (!job) return removed;
  for (const std::string& uid : outdated.SOPInstanceUIDs) {
    for (const std::string& id : archive_.instancesOf(uid)) {
      const auto seriesId = archive_.seriesOfInstance(id);
      const auto series = seriesId ? archive_.series(*seriesId) : std::nullopt;
      if (!series || series->studyId != job->submission.orthancStudyId) continue;
      const auto tags = archive_.tags(id);
      if (!tags || !tags->writtenByUs) continue;
      archive_.remove(id);
      ++removed;
    }
  }
  return removed;
}

}  // namespace cmr
