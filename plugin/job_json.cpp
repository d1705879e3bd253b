#include "plugin/job_json.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "config/explain_rules.h"
#include "config/rule_file.h"

namespace cmr {

// Unknown where <nlohmann/json.hpp> was not found in analysis/json_memory first.
static_assert(sizeof(JsonReserve) > 0);

using Json = nlohmann::json;

std::string isoTime(std::int64_t unixMs) {
  const std::time_t seconds = unixMs / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(unixMs % 1000));
  return std::string(text.data(), length) + fraction.data();
}

Json jobJson(const JobRecord& job) {
  Json json{
      {"id", job.id},
      {"scope", jobScopeName(job.submission.scope)},
      {"state", jobStateName(job.state)},
      {"progress", job.progress},
      {"stage", job.stage},
      {"reason", job.reason},
      {"cause", job.cause},
      {"attempts", job.attempts},
      {"dateTime", job.dateTime},
      {"created", isoTime(job.createdMs)},
      {"updated", isoTime(job.updatedMs)},
      {"since", isoTime(job.sinceMs)},
      {"study", job.submission.orthancStudyId},
      {"series", job.submission.orthancSeriesIds},
      {"StudyInstanceUID", job.submission.StudyInstanceUID},
      {"SeriesInstanceUIDs", job.submission.SeriesInstanceUIDs},
      {"rule", job.submission.rule},
      {"tasks", job.submission.tasks},
      {"priority", job.submission.priority},
      {"outputs", Json(job.submission.outputs.empty() ? defaultOutputs() : job.submission.outputs)},
      {"destinations", job.submission.destinations},
      {"packageSha256", job.submission.packageSha256},
      {"supersededBy", job.supersededBy},
      {"hasResults", job.hasResults}};
  json["retryAt"] = job.retryAtMs ? Json(isoTime(*job.retryAtMs)) : Json();
  return json;
}

Json attemptJson(const JobStore::Attempt& attempt) {
  return {{"begun", isoTime(attempt.begunMs)},
          {"ended", attempt.endedMs ? Json(isoTime(*attempt.endedMs)) : Json()},
          {"outcome", attempt.outcome},
          {"cause", attempt.cause},
          {"reason", attempt.reason}};
}

Json skippedJson(const JobStore::SkippedSeries& series) {
  return {{"series", series.orthancSeriesId},
          {"study", series.orthancStudyId},
          {"SeriesInstanceUID", series.SeriesInstanceUID},
          {"reason", series.reason},
          {"time", isoTime(series.atMs)}};
}

Json seriesLookJson(const SeriesLook& look) {
  return {{"series", look.series.id},
          {"study", look.series.studyId},
          {"instances", look.instances.size()},
          {"stable", look.series.stable},
          {"singleSlice", look.singleSlice},
          {"action", look.barred.empty() ? actionName(look.decision.action) : "never"},
          {"rule", look.decision.rule},
          {"tasks", look.decision.tasks},
          {"order", orderJson(look.decision)},
          {"verdict", look.verdict()},
          {"explanation", explanationJson(look.decision.explanation)}};
}

std::optional<JobState> jobStateNamed(const std::string& name) {
  for (const JobState state : allJobStates) {
    if (jobStateName(state) == name) return state;
  }
  return std::nullopt;
}

std::vector<std::string> jobStateNames() {
  std::vector<std::string> names;
  for (const JobState state : allJobStates) names.push_back(jobStateName(state));
  return names;
}

std::vector<std::string> failureCauseNames() {
  std::vector<std::string> names;
  for (const FailureCause cause : allFailureCauses) names.emplace_back(failureCauseName(cause));
  return names;
}

std::string dumpJson(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cmr
