#include "plugin/group_planner.h"

#include <algorithm>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/recorded_decision.h"

namespace cmr {
namespace {

bool mayBePlannedAgain(JobState state) {
  return state == JobState::done || state == JobState::notAnalysable || state == JobState::dead ||
         state == JobState::cancelled || state == JobState::retry;
}

}  // namespace

GroupPlanner::GroupPlanner(Archive& archive, JobStore& store, LiveRules& rules,
                           PackageHash packageSha256, std::function<LocalTime()> clock,
                           std::vector<std::string> sendResultsTo)
    : archive_(archive),
      store_(store),
      rules_(rules),
      packageSha256_(std::move(packageSha256)),
      clock_(std::move(clock)),
      sendResultsTo_(std::move(sendResultsTo)) {}

std::optional<ArchivedStudy> GroupPlanner::study(const std::string& studyId) const {
  return archive_.study(studyId);
}

std::vector<std::string> GroupPlanner::seriesOfDays(const std::string& from, const std::string& to,
                                                    std::size_t limit) const {
  return archive_.seriesOfDays(from, to, limit);
}

std::optional<SeriesLook> GroupPlanner::look(const std::string& seriesId,
                                             const BeforeRules& first) const {
  return lookAt(seriesId, archive_, store_, rules_.now().rules, clock_(), first);
}

std::optional<SeriesLook> GroupPlanner::lookUnder(const RuleSet& rules,
                                                  const std::string& seriesId) const {
  return lookAt(seriesId, archive_, store_, rules, clock_());
}

std::vector<SeriesLook> GroupPlanner::siblings(const SeriesLook& series,
                                               const RuleSet& rules) const {
  std::vector<SeriesLook> found;
  const auto study = archive_.study(series.series.studyId);
  if (!study) return found;
  for (const std::string& id : study->seriesIds) {
    if (id == series.series.id) continue;
    auto other = lookUnder(rules, id);
    if (other && belongTogether(series, *other)) found.push_back(*std::move(other));
  }
  return found;
}

std::optional<AcquisitionGroup> GroupPlanner::groupOf(const SeriesLook& series) const {
  const auto study = archive_.study(series.series.studyId);
  if (!study) return std::nullopt;
  AcquisitionGroup group;
  const RulesInUse rules = rules_.now();
  if (series.singleSlice) group.members = siblings(series, rules.rules);
  group.members.push_back(series);
  std::sort(group.members.begin(), group.members.end(), [](const auto& a, const auto& b) {
    return a.series.SeriesInstanceUID < b.series.SeriesInstanceUID;
  });
  JobSubmission& job = group.submission;
  std::vector<ArchivedInstance> instances;
  for (const SeriesLook& member : group.members) {
    job.orthancSeriesIds.push_back(member.series.id);
    job.SeriesInstanceUIDs.push_back(member.series.SeriesInstanceUID);
    instances.insert(instances.end(), member.instances.begin(), member.instances.end());
  }
  std::sort(job.orthancSeriesIds.begin(), job.orthancSeriesIds.end());
  const auto fingerprint = contentFingerprint(instances, archive_);
  if (!fingerprint) return std::nullopt;
  job.contentFingerprint = *fingerprint;
  job.StudyInstanceUID = study->StudyInstanceUID;
  job.orthancStudyId = study->id;
  job.packageSha256 = packageSha256_(series.decision.package);
  job.rule = series.decision.rule;
  job.tasks = series.decision.tasks;
  job.priority = series.decision.priority;
  job.outputs = series.decision.outputs;
  job.destinations = series.decision.destinations.value_or(sendResultsTo_);
  job.decisionJson = recordedDecision(series, rules.sha256);
  job.key = jobKey(job);
  const std::string open = openRulesSha256(series.decision);
  if (!open.empty()) job.key = sha256Hex(job.key + open);
  return group;
}

GroupPlanner::Answer GroupPlanner::analyze(const std::string& seriesId, const Actor& by) const {
  Answer answer;
  const auto series = look(seriesId);
  if (!series) {
    answer.kind = Answer::Kind::unknownSeries;
    return answer;
  }
  answer.explanation = series->decision.explanation;
  if (!series->wanted()) {
    answer.kind = Answer::Kind::refused;
    answer.reason = series->verdict();
    return answer;
  }
  const auto group = groupOf(*series);
  if (!group) {
    answer.kind = Answer::Kind::unknownSeries;
    return answer;
  }
  const JobStore::Submitted submitted = store_.submit(group->submission, by);
  answer.jobId = submitted.jobId;
  answer.created = submitted.created;
  answer.seriesIds = group->submission.orthancSeriesIds;
  const auto job = store_.job(submitted.jobId);
  if (!submitted.created && job && mayBePlannedAgain(job->state)) {
    try {
      store_.retry(submitted.jobId, by);
    } catch (const InputError&) {
      // Somebody else asked for the same a moment ago: it is on its way.
    }
  }
  return answer;
}

}  // namespace cmr
