#include "plugin/study_reporter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/sha256.h"
#include "plugin/gather_study.h"
#include "plugin/study_document.h"

namespace cmr {
namespace {

constexpr std::size_t studiesAtOnce = 8;  // that are looked at in a round
constexpr std::size_t studiesListed = 200;
// Rules may change meanwhile, and with them what a study waits for.
constexpr std::int64_t longestPauseMs = 30000;

void addMissing(std::vector<std::string>& all, const std::vector<std::string>& some) {
  for (const std::string& one : some) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
}

// Series, priority and destinations of the results that the report names.
void takeFromJobs(const StudyReportInput& input, const StudyReport& report, JobSubmission& job) {
  std::set<std::string> chosen;
  for (const StudyReport::Best& best : report.best) chosen.insert(best.jobId);
  for (const JobRecord& record : input.jobs) {
    if (chosen.count(record.id) == 0) continue;
    addMissing(job.orthancSeriesIds, record.submission.orthancSeriesIds);
    addMissing(job.SeriesInstanceUIDs, record.submission.SeriesInstanceUIDs);
    addMissing(job.destinations, record.submission.destinations);
    job.priority = std::max(job.priority, record.submission.priority);
  }
}

}  // namespace

StudyReporter::StudyReporter(GroupPlanner& planner, JobStore& store,
                             std::function<std::string()> packageSha256,
                             std::function<void()> onSubmitted, LogCallback log,
                             std::function<std::int64_t()> clock)
    : planner_(planner),
      store_(store),
      packageSha256_(std::move(packageSha256)),
      onSubmitted_(std::move(onSubmitted)),
      log_(std::move(log)),
      clock_(std::move(clock)) {}

void StudyReporter::submitDue() {
  std::size_t looked = 0;
  for (;;) {
    const auto studies = store_.studiesToReport(studiesListed, after_);
    for (const JobStore::StudyToReport& study : studies) {
      after_ = study.orthancStudyId;
      if (isPaused(study)) continue;
      if (isSettled(study.orthancStudyId, study.version)) {
        store_.settleStudy(study);
        pauses_.erase(study.orthancStudyId);
      }
      if (++looked == studiesAtOnce) return;
    }
    if (studies.size() < studiesListed) break;
  }
  after_.clear();
}

// The clock is that of the wall: one that was set back ends the pause.
bool StudyReporter::isPaused(const JobStore::StudyToReport& study) const {
  const std::int64_t now = clock_();
  const auto pause = pauses_.find(study.orthancStudyId);
  return pause != pauses_.end() && pause->second.version == study.version &&
         now >= pause->second.sinceMs && now < pause->second.untilMs;
}

// For series that the rules expect.
bool StudyReporter::mustWait(const StudyReport& report, std::int64_t version) {
  using State = StudyReport::Completeness::State;
  if (!report.completeness) return false;
  const StudyReport::Completeness& found = *report.completeness;
  if (found.state != State::waiting && found.state != State::held) return false;
  const std::int64_t now = clock_();
  std::int64_t until = now + longestPauseMs;
  if (found.state == State::waiting) until = std::min(until, found.untilMs);
  pauses_[report.orthancStudyId] = {version, now, until};
  return true;
}

bool StudyReporter::isSettled(const std::string& studyId, std::int64_t version) {
  const auto archived = planner_.study(studyId);
  if (!archived) return true;  // it is gone
  if (!archived->stable) return false;
  const auto input = gatherStudy(studyId, planner_, store_, clock_());
  if (!input) return true;
  const StudyReport report = studyReport(*input);
  if (!report.isComplete) return false;
  if (report.best.empty() || report.isForgotten) return true;
  if (mustWait(report, version)) return false;
  const auto before = store_.lastStudyReport(studyId);
  const StudyDocument document = studyDocument(report, storedReports(report, store_), before);
  const auto latest = store_.latestStudyJob(studyId);
  if (latest && latest->submission.contentFingerprint == document.fingerprint) return true;
  JobSubmission job;
  job.scope = JobScope::study;
  job.orthancStudyId = studyId;
  job.StudyInstanceUID = archived->StudyInstanceUID;
  job.contentFingerprint = document.fingerprint;
  job.packageSha256 = packageSha256_();
  job.rule = "report on the study";
  job.outputs = {"SR"};
  job.studyDocument = document.text;
  takeFromJobs(*input, report, job);
  // Another one after the same predecessor would say the same.
  job.key = sha256Hex("study report\n" + job.StudyInstanceUID + "\n" + studyId + "\n" +
                      document.fingerprint + "\n" + (before ? before->SOPInstanceUID : ""));
  const JobStore::Submitted submitted = store_.submit(job);
  if (!submitted.created) return true;
  log_(LogLevel::info, "job " + submitted.jobId + ": the report on a study is to be written");
  onSubmitted_();
  return true;
}

}  // namespace cmr
