#include "config/study_policy.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "config/classified_clause.h"
#include "config/known_keys.h"
#include "config/strict_json.h"
#include "config/value_condition.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int mostMinutes = 7 * 24 * 60;
constexpr int largestCount = 100;
constexpr std::size_t mostExpected = 50;

std::string readClass(const Json& entry, const std::string& task, const DocumentPlace& place) {
  const auto found = entry.find(task);
  if (found == entry.end()) return {};
  const std::string name = found->is_string() ? found->get<std::string>() : found->dump();
  const std::vector<std::string>& known = classesOf(task);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    place.at(task).refuse("is unknown: there is no " + task + " " + inQuotes(name) +
                          hintAt(name, known));
  }
  return name;
}

std::string readRuleName(const Json& entry, const DocumentPlace& place) {
  const auto found = entry.find("rule");
  if (found == entry.end()) return {};
  const std::string name = found->is_string() ? found->get<std::string>() : std::string();
  if (trimmed(name).empty()) place.at("rule").refuse("must be the name of a rule");
  return name;
}

int readWhole(const Json& value, int least, int most, const DocumentPlace& place) {
  if (!value.is_number_integer() || value < least || value > most) {
    place.refuse("must be a whole number from " + std::to_string(least) + " to " +
                 std::to_string(most));
  }
  return value.get<int>();
}

ExpectedSeries readExpected(const Json& entry, const DocumentPlace& place) {
  if (!entry.is_object()) {
    place.refuse(R"(must be an object such as {"sequence": "cine", "view": "sax"})");
  }
  refuseUnknownKeys(entry, expectedSeriesKeys(), place);
  ExpectedSeries expected;
  expected.sequence = readClass(entry, "sequence", place);
  expected.view = readClass(entry, "view", place);
  expected.rule = readRuleName(entry, place);
  const bool isKind = !expected.sequence.empty() || !expected.view.empty();
  if (isKind == !expected.rule.empty()) {
    place.refuse(R"(needs "sequence" or "view" or both, or else "rule")");
  }
  if (entry.contains("count")) {
    expected.count = readWhole(entry.at("count"), 1, largestCount, place.at("count"));
  }
  return expected;
}

bool holdsAfterwards(const Json& value, const DocumentPlace& place) {
  if (value == "partial") return false;
  if (value == "hold") return true;
  place.refuse("must be \"partial\" or \"hold\"");
}

std::string viewWords(const std::string& view) {
  static const std::map<std::string, std::string> words{
      {"sax", "short-axis"},   {"2ch", "two-chamber"}, {"3ch", "three-chamber"},
      {"4ch", "four-chamber"}, {"aorta", "aortic"},    {"other", "other view of"}};
  const auto found = words.find(view);
  return found == words.end() ? view : found->second;
}

std::string sequenceWords(const std::string& sequence) {
  static const std::map<std::string, std::string> words{{"cine", "cine"},
                                                        {"lge", "late enhancement"},
                                                        {"t1_map", "T1 map"},
                                                        {"t2_map", "T2 map"},
                                                        {"other", "other sequence"}};
  const auto found = words.find(sequence);
  return found == words.end() ? "series" : found->second;
}

// Without the count.
std::string kindWords(const ExpectedSeries& expected) {
  if (!expected.rule.empty()) return "series of rule " + inQuotes(expected.rule);
  const std::string view = viewWords(expected.view);
  return (view.empty() ? "" : view + " ") + sequenceWords(expected.sequence);
}

bool isOfKind(const SeriesKind& series, const ExpectedSeries& expected) {
  if (!expected.rule.empty()) return series.rule == expected.rule;
  return (expected.sequence.empty() || series.sequence == expected.sequence) &&
         (expected.view.empty() || series.view == expected.view);
}

std::string listed(const std::vector<ExpectedSeries>& expects) {
  std::string text;
  for (const ExpectedSeries& one : expects) text += (text.empty() ? "" : ", ") + describe(one);
  return text;
}

}  // namespace

std::vector<std::string> StudyPolicy::missingFrom(const std::vector<SeriesKind>& series) const {
  std::vector<std::string> missing;
  for (const ExpectedSeries& expected : expects) {
    const auto there = std::count_if(series.begin(), series.end(), [&](const SeriesKind& one) {
      return isOfKind(one, expected);
    });
    if (there >= expected.count) continue;
    std::string words = kindWords(expected);
    if (expected.count > 1) {
      words += " (" + std::to_string(there) + " of " + std::to_string(expected.count) + ")";
    }
    missing.push_back(std::move(words));
  }
  return missing;
}

bool StudyPolicy::asksForRules() const {
  return std::any_of(expects.begin(), expects.end(),
                     [](const ExpectedSeries& expected) { return !expected.rule.empty(); });
}

StudyPolicy readStudyPolicy(const Json& value, const DocumentPlace& place) {
  if (!value.is_object()) place.refuse("must be an object");
  refuseUnknownKeys(value, studyPolicyKeys(), place);
  for (const char* key : {"expects", "waitMinutes"}) {
    if (!value.contains(key)) place.refuse(std::string("needs \"") + key + "\"");
  }
  StudyPolicy policy;
  const Json& list = value.at("expects");
  const DocumentPlace here = place.at("expects");
  if (!list.is_array() || list.empty()) here.refuse("must be a list with entries");
  if (list.size() > mostExpected) here.refuse("has more than 50 entries");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ExpectedSeries expected = readExpected(list[i], here.at(i));
    for (const ExpectedSeries& other : policy.expects) {
      if (kindWords(other) == kindWords(expected)) {
        here.at(i).refuse("expects " + kindWords(expected) + " twice: \"count\" says how many");
      }
    }
    policy.expects.push_back(expected);
  }
  policy.wait = std::chrono::minutes(
      readWhole(value.at("waitMinutes"), 0, mostMinutes, place.at("waitMinutes")));
  if (value.contains("then")) policy.holds = holdsAfterwards(value.at("then"), place.at("then"));
  return policy;
}

const std::vector<std::string>& studyPolicyKeys() {
  static const std::vector<std::string> keys{"expects", "waitMinutes", "then"};
  return keys;
}

const std::vector<std::string>& expectedSeriesKeys() {
  static const std::vector<std::string> keys{"sequence", "view", "rule", "count"};
  return keys;
}

std::string describe(const ExpectedSeries& expected) {
  const std::string kind = kindWords(expected);
  return expected.count == 1 ? kind : std::to_string(expected.count) + " of " + kind;
}

std::string describe(const StudyPolicy& policy) {
  return "the report on a study waits " + std::to_string(policy.wait.count()) +
         " minutes at most for " + listed(policy.expects) + "; without them it is " +
         (policy.holds ? "held until somebody asks for it" : "written as partial");
}

}  // namespace cmr
