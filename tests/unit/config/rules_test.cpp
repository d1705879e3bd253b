#include "config/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "analysis/errors.h"
#include "config/explain_rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// One rule with these clauses that asks for the segmentation.
std::string ruleWith(const std::string& when) {
  return R"({"schema": 1, "rules": [{"name": "r", "when": [)" + when +
         R"(], "tasks": ["seg_cine_sax"]}]})";
}

bool matches(const std::string& clause, const std::map<std::string, std::string>& tags,
             int instances = 0) {
  const auto decision = RuleSet::parse(ruleWith(clause)).decide({tags, instances});
  return decision.action == RouteAction::analyze;
}

std::string mistakeInRules(const std::string& json) {
  try {
    RuleSet::parse(json);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Rules, EqualityLooksAtEachValueWithoutRegardToCaseAndSpaces) {
  const std::string clause = R"({"tag": "ImageType", "equals": "Derived"})";
  EXPECT_TRUE(matches(clause, {{"ImageType", "DERIVED"}}));
  EXPECT_TRUE(matches(clause, {{"ImageType", "ORIGINAL\\ derived \\M"}}));
  EXPECT_FALSE(matches(clause, {{"ImageType", "ORIGINAL\\DERIVEDX"}}));
  EXPECT_FALSE(matches(clause, {}));
}

TEST(Rules, LettersBeyondAsciiAreLettersAndHaveACase) {
  EXPECT_TRUE(
      matches(R"({"tag": "StationName", "equals": "münchen 1"})", {{"StationName", "MÜNCHEN 1"}}));
  const auto found = [](const char* pattern, const char* name) {
    return matches(R"({"tag": "SeriesDescription", "matches": ")" + std::string(pattern) + R"("})",
                   {{"SeriesDescription", name}});
  };
  EXPECT_TRUE(found("^fr[üu]h$", "FRÜH"));
  EXPECT_FALSE(found("^fr[üu]h$", "fröh")) << "the two share a byte";
  EXPECT_TRUE(found("^gro.e$", "große"));
  EXPECT_TRUE(found("^vorhü?f$", "vorhf"));
  EXPECT_TRUE(found("心.{1}$", "心臓"));
  EXPECT_TRUE(found("sax", "\xff sax")) << "what is no UTF-8 hides nothing behind it";
}

TEST(Rules, NegatedTestsHoldExactlyWhenTheOthersDoNot) {
  for (const std::string value : {"", "  ", "MR", "CT", "CT\\MR"}) {
    const std::map<std::string, std::string> tags{{"Modality", value}};
    EXPECT_NE(matches(R"({"tag": "Modality", "equals": "MR"})", tags),
              matches(R"({"tag": "Modality", "notEquals": "MR"})", tags));
    EXPECT_NE(matches(R"({"tag": "Modality", "in": ["MR", "US"]})", tags),
              matches(R"({"tag": "Modality", "notIn": ["MR", "US"]})", tags));
    EXPECT_NE(matches(R"({"tag": "Modality", "matches": "^m"})", tags),
              matches(R"({"tag": "Modality", "notMatches": "^m"})", tags));
    EXPECT_NE(matches(R"({"tag": "Modality", "present": true})", tags),
              matches(R"({"tag": "Modality", "present": false})", tags));
  }
}

TEST(Rules, BlankIsAbsent) {
  EXPECT_TRUE(matches(R"({"tag": "EchoTime", "present": false})", {{"EchoTime", " "}}));
  EXPECT_TRUE(matches(R"({"tag": "EchoTime", "present": false})", {}));
  EXPECT_TRUE(matches(R"({"tag": "EchoTime", "present": true})", {{"EchoTime", "0"}}));
  EXPECT_FALSE(matches(R"({"tag": "SeriesDescription", "matches": ".*"})", {}));
}

TEST(Rules, RangesIncludeTheirEndsAndNeedANumber) {
  const std::string clause = R"({"tag": "FlipAngle", "min": 30, "max": 60.5})";
  for (const char* value : {"30", " 60.5 ", "+45", "4.5e1", "10\\45"}) {
    EXPECT_TRUE(matches(clause, {{"FlipAngle", value}})) << value;
  }
  for (const char* value : {"29.999", "61", "", "45 degrees", "nan", "inf", "0x2d"}) {
    EXPECT_FALSE(matches(clause, {{"FlipAngle", value}})) << value;
  }
}

TEST(Rules, InstancesAreCounted) {
  EXPECT_TRUE(matches(R"({"count": "instances", "min": 10})", {}, 10));
  EXPECT_FALSE(matches(R"({"count": "instances", "min": 10})", {}, 9));
}

TEST(Rules, PatternsSeeTheWholeAndEachValue) {
  EXPECT_TRUE(matches(R"({"tag": "ImageType", "matches": "^m$"})", {{"ImageType", "A\\M"}}));
  EXPECT_TRUE(matches(R"({"tag": "ImageType", "matches": "A\\\\M"})", {{"ImageType", "A\\M"}}));
}

TEST(Rules, GroupsNest) {
  const std::string clause = R"({"anyOf": [
    {"tag": "Modality", "equals": "CT"},
    {"allOf": [{"tag": "Modality", "equals": "MR"}, {"count": "instances", "min": 2}]}]})";
  EXPECT_TRUE(matches(clause, {{"Modality", "CT"}}));
  EXPECT_TRUE(matches(clause, {{"Modality", "MR"}}, 2));
  EXPECT_FALSE(matches(clause, {{"Modality", "MR"}}, 1));
}

// What other rules did not skip would only hide why it is not analysed.
TEST(Rules, OfASeriesThatNoRuleMatchesTheClausesOfThoseAreNamedThatWouldHaveAnalysedIt) {
  const RuleSet rules = RuleSet::parse(R"({"schema": 1, "rules": [
      {"name": "scouts", "when": [{"tag": "SeriesDescription", "matches": "loc"}], "skip": "a scout"},
      {"name": "cine", "when": [{"tag": "Modality", "equals": "MR"}, {"count": "instances", "min": 9}],
       "tasks": ["seg_cine_sax"]}]})");
  EXPECT_EQ(
      verdictOf(rules.decide({{{"Modality", "MR"}}, 1}), ""),
      "no rule matches it: cine: number of instances is at least 9 (number of instances is 1)");
}

TEST(Rules, TheFirstRuleThatMatchesDecides) {
  const RuleSet rules = RuleSet::parse(R"({
    // comments are allowed
    "schema": 1, "rules": [
      {"name": "off", "enabled": false, "when": [], "skip": "never"},
      {"name": "scouts", "when": [{"tag": "SeriesDescription", "matches": "loc"}], "skip": "a scout"},
      {"name": "cine", "when": [{"tag": "Modality", "equals": "MR"}],
       "tasks": ["seg_cine_sax", "view"], "priority": -3}]})");
  const auto scout = rules.decide({{{"Modality", "MR"}, {"SeriesDescription", "LOC"}}, 1});
  EXPECT_EQ(scout.action, RouteAction::skip);
  EXPECT_EQ(scout.rule, "scouts");
  EXPECT_EQ(scout.reason, "a scout");
  EXPECT_THAT(scout.explanation, SizeIs(1));
  const auto cine = rules.decide({{{"Modality", "MR"}}, 1});
  EXPECT_EQ(cine.action, RouteAction::analyze);
  EXPECT_THAT(cine.tasks, ElementsAre("seg_cine_sax", "view"));
  EXPECT_EQ(cine.priority, -3);
  const auto other = rules.decide({});
  EXPECT_EQ(other.action, RouteAction::noRule);
  EXPECT_EQ(other.rule, "");
  EXPECT_THAT(rules.keywords(), ElementsAre("Modality", "SeriesDescription"));
  EXPECT_THAT(rules.ruleNames(), ElementsAre("off", "scouts", "cine"));
}

TEST(Rules, EveryClauseSaysWhyItDidOrDidNotHold) {
  const RuleSet rules = RuleSet::parse(ruleWith(
      R"({"tag": "Modality", "in": ["MR", "PT"]}, {"tag": "EchoTime", "min": 1, "max": 5},
         {"count": "instances", "min": 10}, {"tag": "SeriesDescription", "notMatches": "loc"},
         {"anyOf": [{"tag": "Rows", "present": true}, {"tag": "Rows", "max": 5}]})"));
  const auto decision =
      rules.decide({{{"Modality", "CT"}, {"SeriesDescription", "LOC\x01\xff"}}, 20});
  ASSERT_THAT(decision.explanation, SizeIs(1));
  const auto& clauses = decision.explanation[0].clauses;
  ASSERT_THAT(clauses, SizeIs(5));
  EXPECT_EQ(clauses[0].clause, R"(Modality is one of "MR", "PT")");
  EXPECT_EQ(clauses[0].why, R"(Modality is "CT")");
  EXPECT_FALSE(clauses[0].held);
  EXPECT_EQ(clauses[1].clause, "EchoTime is from 1 to 5");
  EXPECT_EQ(clauses[1].why, "EchoTime is absent");
  EXPECT_EQ(clauses[2].clause, "number of instances is at least 10");
  EXPECT_EQ(clauses[2].why, "number of instances is 20");
  EXPECT_TRUE(clauses[2].held);
  EXPECT_EQ(clauses[3].clause, "SeriesDescription does not match /loc/");
  EXPECT_EQ(clauses[3].why, "SeriesDescription is \"LOC\\u0001\xEF\xBF\xBD\"");
  EXPECT_EQ(clauses[4].clause, "any of (Rows is present; Rows is at most 5)");
  EXPECT_EQ(clauses[4].why, "Rows is absent; Rows is absent");
}

TEST(Rules, MistakesAreRefusedWithTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"rules": []})", "\"schema\" is missing"},
      {R"({"schema": 2, "rules": []})", "schema 2 is unknown"},
      {R"({"schema": 1.0, "rules": []})", "schema must be the whole number 1"},
      {R"({"schema": "1", "rules": []})", "schema must be the whole number 1"},
      {R"({"schema": 1, "comment": 7, "rules": []})", "comment must be a text"},
      {R"({"schema": 1, "$schema": 9, "rules": []})", "$schema must be a text"},
      {R"({"schema": 1})", "\"rules\" must be a list"},
      {R"({"schema": 1, "rule": []})", R"(did you mean "rules"?)"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": []}]})", R"(either "tasks" or "skip")"},
      {R"({"schema": 1, "rules": [{"name": "a", "skip": "x"}]})", R"(rules[0] needs "when")"},
      {R"({"schema": 1, "rules": [{"when": [], "skip": "x"}]})", R"(rules[0] needs "name")"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "skip": ""}]})", "rules[0].skip"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "skip": "x", "tasks": ["view"]}]})",
       R"(either "tasks" or "skip")"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "tasks": ["seg_cine_sa"]}]})",
       R"(did you mean "seg_cine_sax"?)"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "tasks": ["view", "view"]}]})",
       "twice"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "tasks": ["view"], "priority": 101}]})",
       "priority must be"},
      {R"({"schema": 1, "rules": [{"name": "a", "when": [], "skip": "x"},
                                  {"name": "a", "when": [], "skip": "x"}]})",
       R"(two rules are named "a")"},
      {ruleWith(R"({"tag": "Modality"})"), "rules[0].when[0] has no test"},
      {ruleWith(R"({"tag": "Modality", "equals": "MR", "min": 1})"), "two tests"},
      {ruleWith(R"({"tag": "Modality", "equal": "MR"})"), R"(did you mean "equals"?)"},
      {ruleWith(R"({"tag": "series description", "equals": "x"})"), "a DICOM keyword"},
      {ruleWith(R"({"tag": "0008,0060", "equals": "x"})"), "a DICOM keyword"},
      {ruleWith(R"({"count": "series", "min": 1})"), R"(count must be "instances")"},
      {ruleWith(R"({"tag": "Rows", "min": "1"})"), "min must be a number"},
      {ruleWith(R"({"tag": "Rows", "min": 2, "max": 1})"), "min is larger than max"},
      {ruleWith(R"({"tag": "Modality", "equals": ""})"), "must not be empty"},
      {ruleWith(R"({"tag": "ImageType", "equals": "A\\B"})"), "backslash"},
      {ruleWith(R"({"tag": "Modality", "in": []})"), "a list with entries"},
      {ruleWith(R"({"tag": "Modality", "present": "yes"})"), "true or false"},
      {ruleWith(R"({"tag": "Modality", "matches": "(a"})"),
       "when[0].matches is refused: not a regular"},
      {ruleWith(R"({"anyOf": []})"), "anyOf must not be empty"},
      {ruleWith(R"({"anyOf": [{"tag": "Rows", "min": 1}], "tag": "Rows"})"), "unknown key \"tag\""},
      {ruleWith(R"({"allOf": [{"allOf": [{"allOf": [{"allOf": [{"tag": "Rows", "min": 1}]}]}]}]})"),
       "nested too deeply"},
      {ruleWith("5"), "when[0] must be an object"},
      {R"({"schema": 1, "schema": 1, "rules": []})", "given twice"},
      {"{", "parse error"},
      {std::string(100000, '['), "nested too deeply"},
      {std::string(2 << 20, ' '), "larger than 1 MiB"}};
  for (const auto& [json, expected] : cases) {
    EXPECT_THAT(mistakeInRules(json), HasSubstr(expected)) << json.substr(0, 200);
  }
}

TEST(Rules, WhatOnlyAnalysedSeriesHaveIsRefusedForOthersAndWhatCannotBeAskedIsToldSo) {
  const auto action = [](const std::string& entries) {
    return mistakeInRules(R"({"schema": 1, "rules": [{"name": "a", "when": [], )" + entries +
                          "}]}");
  };
  for (const char* key : {R"("priority": 1)", R"("outputs": ["SEG"])", R"("hold": "x")",
                          R"("wait": "study")", R"("hours": {"from": "20:00", "to": "06:00"})"}) {
    EXPECT_THAT(action(R"("skip": "x", )" + std::string(key)), HasSubstr("has no meaning")) << key;
    EXPECT_EQ(action(R"("tasks": ["seg_cine_sax"], )" + std::string(key)), "accepted") << key;
  }
  EXPECT_THAT(action(R"("tasks": ["seg_cine_sax"], "outputs": ["SR"])"), HasSubstr("\"SEG\""));
  EXPECT_THAT(action(R"("tasks": ["seg_cine_sax"], "outputs": ["VOLUMES", "SC"])"),
              HasSubstr("must name \"SEG\" where it names \"VOLUMES\""));
  EXPECT_EQ(action(R"("tasks": ["seg_cine_sax"], "outputs": ["VOLUMES", "SEG"])"), "accepted");
  EXPECT_THAT(action(R"("tasks": ["seg_cine_sax"], "outputs": ["DOC"])"),
              HasSubstr("there is no output \"DOC\""));
  EXPECT_THAT(action(R"("tasks": ["seg_cine_sax"], "wait": "week")"), HasSubstr("\"study\""));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"view": "SAX"})")),
              HasSubstr("is asked for as {\"classified\": \"view\""));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"taag": "Rows", "min": 1})")),
              HasSubstr(R"(did you mean "tag"?)"));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"source": "RemoteAet", "equals": "X"})")),
              HasSubstr(R"(did you mean "RemoteAET"?)"));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"scheduled": "CodeVale", "equals": "X"})")),
              HasSubstr(R"(did you mean "CodeValue"?)"));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"scheduled": "PatientName", "equals": "X"})")),
              HasSubstr("keyword of the worklist"));
  EXPECT_THAT(mistakeInRules(ruleWith(R"({"orientation": "axial"})")), HasSubstr("\"transverse\""));
}

TEST(Rules, SourceOrientationAndTimeAreAskedFor) {
  SeriesFacts facts;
  facts.tags["ImageOrientationPatient"] = "1\\0\\0\\0\\0.8\\0.6";  // 37 degrees from transverse
  facts.source["RemoteAET"] = "MR2";
  facts.now = readLocalTime("Sat 21:30");
  const auto holds = [&](const std::string& clause) {
    return RuleSet::parse(ruleWith(clause)).decide(facts).action == RouteAction::analyze;
  };
  EXPECT_TRUE(holds(R"({"source": "RemoteAET", "in": ["mr1", "mr2"]})"));
  EXPECT_FALSE(holds(R"({"source": "CalledAET", "present": true})"));
  EXPECT_FALSE(holds(R"({"scheduled": "CodeValue", "present": true})"));
  facts.scheduled["CodeValue"] = "HEART\\STRESS";  // of two codes
  EXPECT_TRUE(holds(R"({"scheduled": "CodeValue", "equals": "stress"})"));
  EXPECT_FALSE(holds(R"({"scheduled": "ScheduledStationName", "equals": "MR1"})"));
  EXPECT_TRUE(holds(R"({"orientation": "oblique"})"));
  EXPECT_TRUE(holds(R"({"orientation": "transverse", "within": 40})"));
  EXPECT_FALSE(holds(R"({"orientation": "transverse"})"));
  EXPECT_TRUE(holds(R"({"time": {"from": "20:00", "to": "06:00", "days": ["Sat"]}})"));
  EXPECT_FALSE(holds(R"({"time": {"from": "06:00", "to": "20:00"}})"));
  facts = {};
  for (const char* clause :
       {R"({"orientation": "oblique"})", R"({"time": {"from": "00:00", "to": "00:00"}})"}) {
    EXPECT_FALSE(holds(clause)) << "without knowing: " << clause;
  }
}

TEST(Rules, TheFallbackTakesWhatNoRuleMatches) {
  const RuleSet rules = RuleSet::parse(R"({"schema": 1, "rules": [
      {"name": "ct", "when": [{"tag": "Modality", "equals": "CT"}], "skip": "x"}],
      "otherwise": {"tasks": ["seg_cine_sax"], "outputs": ["SEG", "SC"], "hold": "look first",
                    "wait": "study", "hours": {"from": "20:00", "to": "06:00"}}})");
  const RoutingDecision decision = rules.decide({{{"Modality", "MR"}}, 1});
  EXPECT_EQ(decision.rule, "otherwise");
  EXPECT_THAT(decision.outputs, ElementsAre("SEG", "SC"));
  EXPECT_EQ(decision.holdReason, "look first");
  EXPECT_TRUE(decision.waitForStudy);
  ASSERT_TRUE(decision.hours);
  EXPECT_EQ(decision.hours->from, 20 * 60);
  EXPECT_EQ(rules.decide({{{"Modality", "CT"}}, 1}).rule, "ct");
}

TEST(Rules, AllRulesAreTriedForAnExplanationButOnlyEnabledOnesMatch) {
  const RuleSet rules = RuleSet::parse(R"({"schema": 1, "rules": [
      {"name": "off", "enabled": false, "when": [], "skip": "x"},
      {"name": "first", "when": [], "skip": "x"}, {"name": "behind", "when": [], "skip": "x"}]})");
  const auto outcomes = rules.tryAll({});
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_FALSE(outcomes[0].enabled);
  EXPECT_FALSE(outcomes[0].matched);
  EXPECT_TRUE(outcomes[2].matched);
  const std::string text = explanationText(rules.decide({}), outcomes, "");
  EXPECT_THAT(text, HasSubstr("off: disabled"));
  EXPECT_THAT(text, HasSubstr("first: decides"));
  EXPECT_THAT(text, HasSubstr("behind: would match, but an earlier rule decides"));
}

TEST(Rules, AnExplanationSaysWhatTheRuleAsksForBesides) {
  const auto explained = [](const std::string& orders) {
    const RuleSet rules = RuleSet::parse(R"({"schema": 1, "rules": [{"name": "r", "when": [],
        "tasks": ["seg_cine_sax"])" + orders +
                                         "}]}");
    return explanationText(rules.decide({}), rules.tryAll({}), "");
  };
  EXPECT_EQ(explained(""), "rule \"r\" has it analysed\n  r: decides\n");
  EXPECT_THAT(
      explained(R"(, "hours": {"from": "20:00", "to": "06:00"}, "priority": 10,
                         "wait": "study", "outputs": ["SEG"], "destinations": [])"),
      HasSubstr("\nit asks for: only in the hours from 20:00 to 06:00; not before the whole "
                "study has arrived; priority 10; outputs SEG; sent on to nowhere\n"));
}

TEST(Rules, PatternsThatNoTimeBoundsAreRefusedAndLargeOnesToo) {
  for (const char* pattern : {"(a)\\\\1", "(?=a)b", "(?<!a)b", "(.{500}){500}", "(a", "[a", ""}) {
    EXPECT_NE(mistakeInRules(
                  ruleWith(R"({"tag": "Modality", "matches": ")" + std::string(pattern) + R"("})")),
              "accepted")
        << pattern;
  }
  for (const char* pattern : {"(ab)+", "(a|b)c*", "[(+*]+", "\\\\(a+\\\\)+", "(a|ab)+c", "(a+)+",
                              "a*b*c*d*e*", "^ci?ne(?:[ _-]|$)"}) {
    EXPECT_EQ(mistakeInRules(
                  ruleWith(R"({"tag": "Modality", "matches": ")" + std::string(pattern) + R"("})")),
              "accepted")
        << pattern;
  }
}

// Any of them would keep a matcher that backtracks busy for longer than this test may run.
TEST(Rules, NoPatternTakesLongOverAnyText) {
  const std::string text(4000, 'a');
  for (const char* pattern : {"(.?){40}Z", "(a+)+Z", "(a|a)*Z", ".*.*.*.*.*.*Z", "^(.|.){60}Z",
                              "^.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?Z"}) {
    EXPECT_FALSE(
        matches(R"({"tag": "SeriesDescription", "matches": ")" + std::string(pattern) + R"("})",
                {{"SeriesDescription", text}}))
        << pattern;
  }
}

TEST(Rules, ALongTextIsSearchedToItsEnd) {
  const std::string clause = R"({"tag": "SeriesDescription", "matches": "a[^b]*z"})";
  EXPECT_TRUE(matches(clause, {{"SeriesDescription", "a" + std::string(100000, 'c') + "z"}}));
}

TEST(Rules, AFileIsReadAndNamedInMessages) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "cmr-rules-test.json";
  std::ofstream(path) << R"({"schema": 1, "rules": [{"name": "a", "when": [], "skip": "x"}]})";
  EXPECT_THAT(RuleSet::readFile(path.string()).ruleNames(), ElementsAre("a"));
  std::ofstream(path) << "{}";
  try {
    RuleSet::readFile(path.string());
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  }
  std::filesystem::remove(path);
  EXPECT_THROW(RuleSet::readFile(path.string()), InputError);
  EXPECT_THROW(RuleSet::readFile("/"), InputError);
  EXPECT_THROW(RuleSet::readFile("/dev/zero"), InputError);
}

}  // namespace
}  // namespace cmr
