#include "config/universal_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/check_rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool matchesAll(const std::string& clauses) {
  Effort effort;
  return matchEverything(nlohmann::json::parse(clauses), effort);
}

TEST(UniversalRules, ClausesThatAskNothingHoldForEverySeries) {
  for (
      const char* clauses :
      {"[]", R"([{"count": "instances", "min": 0}])", R"([{"count": "instances", "min": 1}])",
       R"([{"count": "instances", "present": true}])",
       R"([{"time": {"from": "00:00", "to": "00:00"}}])",
       R"([{"anyOf": [{"tag": "Modality", "present": true}, {"tag": "Modality", "present": false}]}])",
       R"([{"anyOf": [{"tag": "Rows", "equals": "1"}, {"tag": "Columns", "equals": "1"},
                       {"tag": "Rows", "notEquals": "1"}]}])",
       R"([{"anyOf": [{"source": "RemoteAET", "matches": "MR"},
                       {"allOf": [{"source": "RemoteAET", "notMatches": "MR"}]}]}])",
       R"([{"anyOf": [{"count": "instances", "min": 21}, {"count": "instances", "max": 20}]}])",
       R"([{"allOf": [{"count": "instances", "min": 1},
                       {"anyOf": [{"tag": "Rows", "min": 5}, {"count": "instances", "min": 0}]}]}])"}) {
    EXPECT_TRUE(matchesAll(clauses)) << clauses;
  }
}

TEST(UniversalRules, ClausesThatLeaveSomethingOutDoNot) {
  for (const char* clauses :
       {R"([{"tag": "Modality", "equals": "MR"}])", R"([{"count": "instances", "min": 2}])",
        R"([{"count": "instances", "min": 0, "max": 50}])",
        R"([{"anyOf": [{"count": "instances", "min": 22}, {"count": "instances", "max": 20}]}])",
        R"([{"anyOf": [{"tag": "Rows", "min": 21}, {"tag": "Rows", "max": 20}]}])",
        R"([{"anyOf": [{"tag": "Rows", "present": true}, {"tag": "Columns", "present": false}]}])",
        R"([{"anyOf": [{"tag": "Rows", "equals": "1"}, {"tag": "Rows", "notEquals": "2"}]}])",
        R"([{"allOf": [{"tag": "Rows", "present": true}, {"tag": "Rows", "present": false}]}])",
        R"([{"time": {"from": "00:00", "to": "00:00", "days": ["Sat"]}}])",
        R"([{"anyOf": [{"classified": "view", "equals": "sax"},
                       {"classified": "view", "notEquals": "sax"}]}])"}) {
    EXPECT_FALSE(matchesAll(clauses)) << clauses;
  }
}

std::vector<std::string> warningsOn(const std::string& document) {
  std::vector<std::string> sentences;
  for (const RuleNote& note : checkRules(document, "x").warnings) sentences.push_back(note.message);
  return sentences;
}

constexpr const char* everyModality =
    R"([{"anyOf": [{"tag": "Modality", "present": true}, {"tag": "Modality", "present": false}]}])";

TEST(UniversalRules, ARuleThatTakesEverySeriesIsWarnedOfAndHowToSayThatItIsMeant) {
  const auto alone = [](const std::string& when, const std::string& more) {
    return warningsOn(R"({"schema": 1, "rules": [{"name": "all", "when": )" + when + ", " + more +
                      "}]}");
  };
  const auto told = ElementsAre(
      R"(x: rules[0] "all" matches every series that comes to it; "otherwise" says so where that is meant)");
  EXPECT_THAT(alone("[]", R"("tasks": ["seg_cine_sax"])"), told);
  EXPECT_THAT(alone(everyModality, R"("tasks": ["seg_cine_sax"])"), told);
  EXPECT_THAT(warningsOn(R"({"schema": 1, "rules": [], "otherwise": {"tasks": ["seg_cine_sax"]}})"),
              IsEmpty());
  EXPECT_THAT(warningsOn(R"({"schema": 1, "rules": [
      {"name": "mr", "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]},
      {"name": "all", "enabled": false, "when": [], "tasks": ["seg_cine_sax"]},
      {"name": "others", "when": [], "skip": "not for us"}]})"),
              IsEmpty())
      << "what is left alone costs nothing";
}

TEST(UniversalRules, WhatStandsBehindOneIsNeverReached) {
  EXPECT_THAT(
      warningsOn(R"({"schema": 1, "rules": [
      {"name": "all", "when": )" +
                 std::string(everyModality) + R"(, "skip": "x"},
      {"name": "late", "when": [], "tasks": ["seg_cine_sax"]}]})"),
      ElementsAre(
          HasSubstr(R"("late" is never reached: "all" stands before it and matches everything)"),
          HasSubstr("no rule has anything analysed")));
}

}  // namespace
}  // namespace cmr
