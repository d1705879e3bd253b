#include "plugin/outbox.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/errors.h"
#include "plugin/guarded_round.h"
#include "plugin/stopwatch.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t jobsAtOnce = 4;
constexpr milliseconds longestStorePause{1000};  // a deferred job may become due

}  // namespace

Outbox::Outbox(Archive& archive, JobStore& store, LogCallback log, std::function<void()> onDone,
               std::function<void()> onRound, ServiceMetrics* metrics)
    : archive_(archive),
      store_(store),
      log_(std::move(log)),
      onDone_(std::move(onDone)),
      onRound_(std::move(onRound)),
      metrics_(metrics) {}

std::string Outbox::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Outbox::setTrouble(const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  if (!trouble.empty() && trouble != trouble_) {
    log_(LogLevel::error, "results wait to be stored, trying again: " + trouble);
  }
  trouble_ = trouble;
}

void Outbox::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bell_.wait(stop, round(stop) ? longestStorePause : waitAfterTrouble);
  }
}

bool Outbox::round(const std::stop_token& stop) noexcept {
  const auto work = [&] {
    storeAll(stop);
    if (onDone_ && (newlyDone_ || store_.hasInterruptedSets())) onDone_();
    newlyDone_ = false;
  };
  const bool isWell = guardedRound(work, [&](const std::string& trouble) { setTrouble(trouble); });
  if (!onRound_) return isWell;
  // What else the thread does, does not wait for that.
  const auto tell = [&](const std::string& trouble) {
    if (!trouble.empty()) setTrouble(trouble);
  };
  return guardedRound(onRound_, tell) && isWell;
}

void Outbox::storeAll(const std::stop_token& stop) {
  std::optional<JobRecord> job;
  std::string left;  // a job of which one object was refused: the later ones wait for it
  for (const OutboxObject& object : store_.pendingObjects(jobsAtOnce)) {
    if (stop.stop_requested()) return;
    if (object.stored || object.jobId == left) continue;
    try {
      if (!job || job->id != object.jobId) {
        job = store_.job(object.jobId, false);
        if (!job || !sourceIsThere(*job)) {
          left = object.jobId;
          continue;
        }
      }
      storeOne(*job, object);
    } catch (const ResourceError& error) {  // of this job alone, as far as anybody knows
      log_(LogLevel::error,
           "job " + object.jobId + ": an object is not stored yet: " + error.what());
      if (metrics_ != nullptr) metrics_->storeFailed();
      store_.deferStoring(object.jobId, error.what());
      left = object.jobId;
    }
    const auto now = store_.job(object.jobId, false);
    if (!now || now->state != JobState::storing) left = object.jobId;
    newlyDone_ = newlyDone_ || (now && now->state == JobState::done);
  }
}

bool Outbox::sourceIsThere(const JobRecord& job) {
  const JobSubmission& source = job.submission;
  std::string gone;
  const auto study = archive_.study(source.orthancStudyId);
  if (!study || study->StudyInstanceUID != source.StudyInstanceUID) gone = source.orthancStudyId;
  for (const std::string& id : source.orthancSeriesIds) {
    if (gone.empty() && !archive_.series(id)) gone = id;
  }
  if (gone.empty()) return true;
  log_(LogLevel::warning, "job " + job.id + " is cancelled: its source was deleted");
  store_.cancelForResource(gone, "its source was deleted before its results were stored");
  return false;
}

// An operator may have been faster.
void Outbox::giveUp(const JobRecord& job, const std::string& reason) {
  try {
    store_.cancel(job.id, reason);
  } catch (const InputError&) {
    return;
  }
  log_(LogLevel::error, "job " + job.id + " is cancelled: " + reason);
}

// Storing the same object twice is no error: the first time may have ended in a crash.
void Outbox::storeOne(const JobRecord& job, const OutboxObject& object) {
  // Before: an archive that overwrites would give one of its images away for it.
  const std::string strange = archive_.whyNotOurs(object.object.bytes, object.object.SOPInstanceUID,
                                                  job.submission.StudyInstanceUID);
  if (!strange.empty()) {
    giveUp(job, "a result is not what the worker announced: " + strange);
    return;
  }
  const Stopwatch storing;
  const StoredInstance stored = archive_.store(object.object.bytes);
  if (metrics_ != nullptr) metrics_->took(ServiceStage::store, storing.seconds());
  if (stored.studyId != job.submission.orthancStudyId) {
    if (!stored.already) archive_.remove(stored.id);
    giveUp(job, "a result of it belongs to another study than its source");
    return;
  }
  if (!sourceIsThere(job)) {  // deleted in this very moment: leave nothing behind
    if (!stored.already) archive_.remove(stored.id);
    return;
  }
  try {
    archive_.markOwn(stored.seriesId, job.id);
  } catch (const ResourceError& error) {  // three other guards know our objects
    log_(LogLevel::warning, std::string("a result could not be marked as ours: ") + error.what());
  }
  store_.markStored(object);
}

}  // namespace cmr
