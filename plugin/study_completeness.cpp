#include "plugin/study_completeness.h"

#include <algorithm>
#include <set>
#include <utility>

#include "plugin/job_json.h"
#include "plugin/json_parts.h"

namespace cmr {
namespace {

using Json = nlohmann::json;
using Completeness = StudyReport::Completeness;
using Kind = std::pair<std::string, std::string>;  // sequence and view

// The header's word, and that of the pictures where the header says nothing and they are sure
// (first_look_check.h).
std::string wordOf(const Json& answer) {
  const std::string header = textAt(answer, "header");
  if (!header.empty()) return header;
  return textAt(answer, "decidedBy") == "pictures" ? textAt(answer, "takenFor") : std::string();
}

std::string mapSequence(const Json& results) {
  for (const Json& measurement : partOf(results, "measurements")) {
    const std::string id = textAt(measurement, "id");
    if (id.rfind("t1", 0) == 0) return "t1_map";
    if (id.rfind("t2", 0) == 0) return "t2_map";
  }
  return {};
}

// What a finished analysis was of.
std::optional<Kind> analysedKind(const Json& results) {
  const std::string task = textAt(results, "task");
  if (task == "seg_cine_sax") return Kind{"cine", "sax"};
  if (task == "seg_cine_lax") return Kind{"cine", textAt(results, "longAxisView")};
  if (task == "seg_lge_sax") return Kind{"lge", "sax"};
  if (task == "seg_map_sax") return Kind{mapSequence(results), "sax"};
  return std::nullopt;
}

// Each kind once: several stacks of one kind are one acquisition.
std::set<Kind> kindsOf(const JobRecord& job, const Json& results) {
  std::set<Kind> kinds;
  const auto analysed = job.state == JobState::done ? analysedKind(results) : std::optional<Kind>{};
  if (analysed) kinds.insert(*analysed);
  for (const Json& look : partOf(results, "firstLooks")) {
    if (analysed && partOf(look, "isAnalysed") == true) continue;
    kinds.insert({wordOf(partOf(look, "sequence")), wordOf(partOf(look, "view"))});
  }
  if (kinds.empty()) kinds.insert({"", ""});
  return kinds;
}

std::string ruleOf(const JobRecord& job, const Json& results) {
  const std::string sorted = textAt(partOf(results, "sorting"), "rule");
  return sorted.empty() ? job.submission.rule : sorted;
}

bool hasEnded(JobState state) {
  return state == JobState::done || state == JobState::notAnalysable || state == JobState::dead;
}

std::int64_t firstDecisionMs(const StudyReportInput& input) {
  std::int64_t first = input.nowMs;
  for (const JobRecord& job : input.jobs) {
    if (job.submission.scope == JobScope::series) first = std::min(first, job.createdMs);
  }
  for (const JobStore::SkippedSeries& one : input.skipped) first = std::min(first, one.atMs);
  return first;
}

const char* nameOf(Completeness::State state) {
  switch (state) {
    case Completeness::State::complete:
      return "complete";
    case Completeness::State::waiting:
      return "waiting";
    case Completeness::State::held:
      return "held";
    case Completeness::State::partial:
      break;
  }
  return "partial";
}

}  // namespace

std::vector<SeriesKind> kindsIn(const StudyReportInput& input) {
  std::vector<SeriesKind> all;
  std::set<std::string> seen;
  for (const JobRecord& job : input.jobs) {  // the newest first
    if (job.submission.scope != JobScope::series || !hasEnded(job.state)) continue;
    bool isNew = false;
    for (const std::string& id : job.submission.orthancSeriesIds) {
      isNew = seen.insert(id).second || isNew;
    }
    if (!isNew || !job.supersededBy.empty()) continue;
    const Json results = Json::parse(job.resultsJson, nullptr, false);
    std::string rule = ruleOf(job, results);
    for (const Kind& kind : kindsOf(job, results)) {
      all.push_back({kind.first, kind.second, std::exchange(rule, {})});
    }
  }
  for (const auto& [id, rule] : input.rulesOfSkipped) all.push_back({"", "", rule});
  return all;
}

std::optional<Completeness> completenessOf(const StudyReportInput& input) {
  if (!input.policy) return std::nullopt;
  using State = Completeness::State;
  Completeness found;
  found.policy = describe(*input.policy);
  found.missing = input.policy->missingFrom(kindsIn(input));
  found.untilMs = firstDecisionMs(input) +
                  std::chrono::duration_cast<std::chrono::milliseconds>(input.policy->wait).count();
  if (found.missing.empty()) return found;
  if (input.isAskedFor) {
    found.state = State::partial;
  } else if (input.nowMs < found.untilMs) {
    found.state = State::waiting;
  } else {
    found.state = input.policy->holds ? State::held : State::partial;
  }
  return found;
}

Json completenessJson(const std::optional<Completeness>& completeness) {
  if (!completeness) return nullptr;
  return {{"state", nameOf(completeness->state)},
          {"policy", completeness->policy},
          {"missing", completeness->missing},
          {"until", isoTime(completeness->untilMs)}};
}

}  // namespace cmr
