#include "plugin/study_reporter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/sha256.h"
#include "plugin/gather_study.h"
#include "plugin/study_document.h"

namespace cmr {
namespace {

constexpr std::size_t studiesAtOnce = 8;

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
                             std::function<void()> onSubmitted, LogCallback log)
    : planner_(planner),
      store_(store),
      packageSha256_(std::move(packageSha256)),
      onSubmitted_(std::move(onSubmitted)),
      log_(std::move(log)) {}

void StudyReporter::submitDue() {
  for (const JobStore::StudyToReport& study : store_.studiesToReport(studiesAtOnce)) {
    if (isSettled(study.orthancStudyId)) store_.settleStudy(study);
  }
}

bool StudyReporter::isSettled(const std::string& studyId) {
  const auto archived = planner_.study(studyId);
  if (!archived) return true;  // it is gone
  if (!archived->stable) return false;
  const auto input = gatherStudy(studyId, planner_, store_);
  if (!input) return true;
  const StudyReport report = studyReport(*input);
  if (!report.isComplete) return false;
  if (report.best.empty() || report.isForgotten) return true;
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
