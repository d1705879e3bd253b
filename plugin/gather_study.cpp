#include "plugin/gather_study.h"

#include <algorithm>
#include <set>

namespace cmr {
namespace {

constexpr std::size_t mostJobs = 1000;  // of one study, its newest
constexpr std::size_t mostSkipped = 1000;

// A job over images that are gone says nothing of the study as it is.
bool isOfSeries(const JobRecord& job, const std::vector<std::string>& seriesIds) {
  const auto& ids = job.submission.orthancSeriesIds;
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
    return std::find(seriesIds.begin(), seriesIds.end(), id) != seriesIds.end();
  });
}

std::optional<UndecidedSeries> undecided(const std::string& seriesId, const GroupPlanner& planner) {
  const auto look = planner.look(seriesId);
  if (!look || look->own) return std::nullopt;
  UndecidedSeries series{seriesId, look->series.SeriesInstanceUID, {}, !look->series.stable};
  series.why = series.isArriving ? "still arriving" : "not asked for: " + look->verdict();
  return series;
}

// Under the rules in use now: which of them left a series alone is not kept with it.
void gatherPolicy(const GroupPlanner& planner, JobStore& store, StudyReportInput& input) {
  input.policy = planner.studyPolicy();
  if (!input.policy) return;
  input.isAskedFor = store.isReportAskedFor(input.orthancStudyId) ||
                     store.lastStudyReport(input.orthancStudyId).has_value();
  if (!input.policy->asksForRules()) return;
  for (const JobStore::SkippedSeries& one : input.skipped) {
    const auto look = planner.look(one.orthancSeriesId);
    if (!look || !look->barred.empty() || look->decision.action != RouteAction::skip) continue;
    input.rulesOfSkipped[one.orthancSeriesId] = look->decision.rule;
  }
}

}  // namespace

std::optional<StudyReportInput> gatherStudy(const std::string& orthancStudyId,
                                            const GroupPlanner& planner, JobStore& store,
                                            std::int64_t nowMs) {
  const auto study = planner.study(orthancStudyId);
  if (!study) return std::nullopt;
  StudyReportInput input;
  input.orthancStudyId = study->id;
  input.StudyInstanceUID = study->StudyInstanceUID;
  input.haematocrit = store.haematocrit(study->id);
  JobStore::ListFilter jobs;
  jobs.orthancStudyId = study->id;
  jobs.limit = mostJobs;
  input.jobs = store.list(jobs);
  input.jobs.erase(
      std::remove_if(input.jobs.begin(), input.jobs.end(),
                     [&](const JobRecord& job) { return !isOfSeries(job, study->seriesIds); }),
      input.jobs.end());
  JobStore::SkippedFilter skipped;
  skipped.orthancStudyId = study->id;
  skipped.limit = mostSkipped;
  input.skipped = store.skippedSeries(skipped);
  gatherPolicy(planner, store, input);
  input.nowMs = nowMs;
  std::set<std::string> known;
  for (const JobRecord& job : input.jobs) {
    known.insert(job.submission.orthancSeriesIds.begin(), job.submission.orthancSeriesIds.end());
  }
  for (const JobStore::SkippedSeries& one : input.skipped) known.insert(one.orthancSeriesId);
  for (const std::string& id : study->seriesIds) {
    if (known.count(id) != 0) continue;
    if (auto one = undecided(id, planner)) input.undecided.push_back(*std::move(one));
  }
  return input;
}

}  // namespace cmr
