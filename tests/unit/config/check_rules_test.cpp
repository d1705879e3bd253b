#include "config/check_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(CheckRules, TheRulesThatShipAreWithoutReproach) {
  const RuleReport report = checkRules(shippedRulesText(), "shipped");
  EXPECT_TRUE(report.valid());
  EXPECT_THAT(report.warnings, IsEmpty());
  EXPECT_THAT(report.rules, SizeIs(RuleSet::shipped().ruleNames().size()));
}

TEST(CheckRules, OfVeryManyNotesTheFirstAreToldAndTheOthersCounted) {
  std::string clauses;
  for (int i = 0; i < 100; ++i) {
    clauses += std::string(i == 0 ? "" : ", ") + R"({"tag": "SeriesDescripton", "equals": "x"})";
  }
  std::string many;
  for (int i = 0; i < 30; ++i) {
    many += (i == 0 ? "" : ", ") + (R"({"name": "r)" + std::to_string(i)) +
            R"(", "tasks": ["seg_cine_sax"], "when": [)" + clauses + "]}";
  }
  const auto warned = checkRules(R"({"schema": 1, "rules": [)" + many + "]}", "x").warnings;
  ASSERT_THAT(warned, SizeIs(51));
  EXPECT_EQ(warned.back().message, "and 2950 more warnings");
  std::string rules;
  for (int i = 0; i < 200; ++i) rules += (i == 0 ? "1" : ", 1");
  const auto refused = checkRules(R"({"schema": 1, "rules": [)" + rules + "]}", "x").mistakes;
  ASSERT_THAT(refused, SizeIs(51));
  EXPECT_EQ(refused.back().message, "and 150 more mistakes");
}

TEST(CheckRules, EveryBrokenRuleIsNamedWithItsLine) {
  const RuleReport report = checkRules(R"({
  "schema": 1,
  "rules": [
    {"name": "a", "when": [{"tag": "Modality", "equal": "MR"}], "skip": "x"},
    {"name": "b", "when": [], "tasks": ["seg_cine_sax"]},
    {
      "name": "c",
      "when": [],
      "taks": ["view"]
    }
  ]
})",
                                       "site.json");
  EXPECT_FALSE(report.valid());
  ASSERT_THAT(report.mistakes, SizeIs(2));
  EXPECT_EQ(report.mistakes[0].message,
            R"(site.json: rules[0].when[0] has the unknown key "equal"; did you mean "equals"?)");
  EXPECT_EQ(report.mistakes[0].pointer, "/rules/0/when/0/equal");
  EXPECT_EQ(report.mistakes[0].line, 4U);
  EXPECT_THAT(report.mistakes[1].message, HasSubstr(R"(did you mean "tasks"?)"));
  EXPECT_EQ(report.mistakes[1].line, 9U);
  EXPECT_THAT(report.rules, ElementsAre("b"));
}

TEST(CheckRules, WhatIsWrongWithTheFileAsAWholeHidesNoMistakeOfARule) {
  const RuleReport report = checkRules(R"({"schema": 1, "coment": "x", "others": 1, "comment": 7,
    "rules": [{"name": "a", "when": [], "taks": ["view"]}]})",
                                       "x");
  ASSERT_THAT(report.mistakes, SizeIs(4));
  EXPECT_THAT(report.mistakes[0].message,
              HasSubstr(R"(unknown key "coment"; did you mean "comment"?)"));
  EXPECT_THAT(report.mistakes[1].message, HasSubstr(R"(unknown key "others")"));
  EXPECT_THAT(report.mistakes[2].message, HasSubstr("comment must be a text"));
  EXPECT_THAT(report.mistakes[3].message, HasSubstr(R"(did you mean "tasks"?)"));
}

TEST(CheckRules, ADestinationHasToBeOneOfTheConfigurationWhereThatIsKnown) {
  const std::string rules = R"({"schema": 1, "rules": [{"name": "a", "when": [],
    "tasks": ["seg_cine_sax"], "destinations": ["miror"]}]})";
  EXPECT_TRUE(checkRules(rules, "x").valid());
  const RuleReport report = checkRules(rules, "x", {{{"mirror", "pacs"}}, {}});
  ASSERT_THAT(report.mistakes, SizeIs(1));
  EXPECT_EQ(report.mistakes[0].pointer, "/rules/0/destinations/0");
  EXPECT_THAT(report.mistakes[0].message, HasSubstr(R"(did you mean "mirror"?)"));
}

TEST(CheckRules, APackageHasToBeOneOfTheConfigurationWhereThatIsKnown) {
  const auto rulesWith = [](const std::string& package) {
    return R"({"schema": 1, "rules": [{"name": "a", "when": [], "tasks": ["seg_cine_sax"],
      "package": )" +
           package + "}]}";
  };
  EXPECT_TRUE(checkRules(rulesWith(R"("hart3t")"), "x").valid());
  const KnownNames known{{}, {{"heart3t"}}};
  EXPECT_TRUE(checkRules(rulesWith(R"("heart3t")"), "x", known).valid());
  const RuleReport report = checkRules(rulesWith(R"("hart3t")"), "x", known);
  ASSERT_THAT(report.mistakes, SizeIs(1));
  EXPECT_EQ(report.mistakes[0].pointer, "/rules/0/package");
  EXPECT_THAT(report.mistakes[0].message, HasSubstr(R"(did you mean "heart3t"?)"));
  EXPECT_FALSE(checkRules(rulesWith(R"("/models/heart3t")"), "x").valid());
  EXPECT_FALSE(checkRules(rulesWith("3"), "x").valid());
  EXPECT_FALSE(checkRules(R"({"schema": 1, "rules": [{"name": "a", "when": [], "skip": "x",
      "package": "heart3t"}]})",
                          "x")
                   .valid());
}

TEST(CheckRules, ARuleOnPicturesCannotNameThePackageThatLooksAtThem) {
  const RuleReport report = checkRules(R"({"schema": 1, "rules": [{"name": "a",
      "when": [{"classified": "view", "equals": "sax"}], "tasks": "auto", "package": "heart3t"}]})",
                                       "x");
  ASSERT_THAT(report.mistakes, SizeIs(1));
  EXPECT_EQ(report.mistakes[0].pointer, "/rules/0/package");
}

TEST(CheckRules, ASyntaxErrorIsToldWithItsLine) {
  const RuleReport report = checkRules("{\n \"schema\": 1,\n \"rules\": [}\n", "site.json");
  ASSERT_THAT(report.mistakes, SizeIs(1));
  EXPECT_EQ(report.mistakes[0].line, 3U);
  EXPECT_GT(report.mistakes[0].column, 0U);
}

RuleNote onlyMistake(const std::string& text) {
  const RuleReport report = checkRules(text, "site.json");
  EXPECT_THAT(report.mistakes, SizeIs(1));
  return report.mistakes.empty() ? RuleNote{} : report.mistakes.front();
}

TEST(CheckRules, AKeyThatIsGivenTwiceIsToldWithItsLine) {
  const RuleNote inRule = onlyMistake(R"({"schema": 1, "rules": [
    {"name": "a", "when": [], "skip": "x"},
    {"when": [],
     "name": "n", "skip": "x", "name": "m"}]})");
  EXPECT_EQ(inRule.message, R"(site.json: rules[1]: "name" is given twice in one object)");
  EXPECT_EQ(inRule.pointer, "/rules/1/name");
  EXPECT_EQ(inRule.line, 4U);
  EXPECT_EQ(inRule.column, 14U);
  const RuleNote inClause = onlyMistake(
      "{\"schema\": 1, \"rules\": [{\"name\": \"a\", \"when\": [{\"anyOf\": [{}, 1,\n"
      " {\"tag\": \"Rows\", \"tag\": 2}]}]}]}");
  EXPECT_EQ(inClause.pointer, "/rules/0/when/0/anyOf/2/tag");
  EXPECT_EQ(inClause.line, 2U);
  const RuleNote outside = onlyMistake("{\n\"schema\": 1,\n\"schema\": 1, \"rules\": []}");
  EXPECT_EQ(outside.message, R"(site.json: "schema" is given twice in one object)");
  EXPECT_EQ(outside.line, 2U);
}

TEST(CheckRules, WhatIsNestedTooDeeplyIsToldWithItsLine) {
  const RuleNote note = onlyMistake("{\"schema\": 1,\n\"rules\": " + std::string(100, '[') +
                                    std::string(100, ']') + "}");
  EXPECT_THAT(note.message, HasSubstr("is nested too deeply"));
  EXPECT_THAT(note.pointer, StartsWith("/rules/0/0/"));
  EXPECT_EQ(note.line, 2U);
}

TEST(CheckRules, ANumberThatIsTooLargeForAnyComputerIsToldWithItsLine) {
  const RuleNote inRule = onlyMistake(
      "{\"schema\": 1, \"rules\": [{\"name\": \"a\",\n\"priority\": 1e999, \"when\": []}]}");
  EXPECT_EQ(inRule.message, "site.json: rules[0].priority is a number that is too large");
  EXPECT_EQ(inRule.line, 2U);
  const RuleNote inList =
      onlyMistake("{\"schema\": 1, \"rules\": [1,\n\n " + std::string(400, '9') + ".0]}");
  EXPECT_EQ(inList.pointer, "/rules/1");
  EXPECT_EQ(inList.line, 3U);
}

std::vector<std::string> warningsOf(const std::string& rules) {
  const RuleReport report = checkRules(R"({"schema": 1, "rules": [)" + rules + "]}", "x");
  EXPECT_TRUE(report.valid()) << (report.mistakes.empty() ? "" : report.mistakes[0].message);
  std::vector<std::string> sentences;
  for (const RuleNote& note : report.warnings) sentences.push_back(note.message);
  return sentences;
}

TEST(CheckRules, WhatIsHardlyMeantIsWarnedOf) {
  const std::string cine = R"({"name": "cine", "when": [], "tasks": ["seg_cine_sax"]})";
  EXPECT_THAT(warningsOf(R"({"name": "cine", "when": [{"tag": "Modality", "equals": "MR"}],
                             "tasks": ["seg_cine_sax"]})"),
              IsEmpty());
  EXPECT_THAT(warningsOf(cine + R"(, {"name": "late", "when": [], "skip": "x"})"),
              ElementsAre(HasSubstr(R"("cine" matches every series)"),
                          HasSubstr(R"("late" is never reached: "cine" stands before it)")));
  EXPECT_THAT(warningsOf(R"({"name": "a", "when": [], "skip": "x"})"),
              ElementsAre(HasSubstr("no rule has anything analysed")));
  EXPECT_THAT(warningsOf(R"({"name": "a", "when": [{"tag": "Modality", "equals": "MR"}],
                             "tasks": ["seg_cine_sax", "disease"]})"),
              ElementsAre(HasSubstr(R"("disease" is not computed)")));
}

TEST(CheckRules, AKeywordThatDicomDoesNotKnowIsWarnedOfWithTheNearest) {
  if (isDicomKeyword("NoSuchKeyword")) GTEST_SKIP() << "built without DCMTK's dicom.dic";
  EXPECT_THAT(
      warningsOf(
          R"({"name": "a", "when": [{"anyOf": [{"tag": "SeriesDescripton", "present": true}]}],
              "tasks": ["seg_cine_sax"]})"),
      ElementsAre(HasSubstr(
          R"(rules[0].when[0].anyOf[0].tag "SeriesDescripton" is no keyword of DICOM; did you mean "SeriesDescription"?)")));
  EXPECT_TRUE(isDicomKeyword("CardiacNumberOfImages"));
  EXPECT_TRUE(isDicomKeyword("OtherPatientIDs")) << "retired, and there in many archives";
}

TEST(CheckRules, ASequenceIsWarnedOfAsRulesNeverSeeOne) {
  if (isDicomKeyword("NoSuchKeyword")) GTEST_SKIP() << "built without DCMTK's dicom.dic";
  EXPECT_THAT(warningsOf(R"({"name": "a", "tasks": ["seg_cine_sax"], "when": [
          {"tag": "MRImagingModifierSequence", "present": true},
          {"tag": "ScanningSequence", "equals": "GR"}]})"),
              ElementsAre(HasSubstr(R"("MRImagingModifierSequence" is a sequence)")));
}

TEST(CheckRules, TheReportIsJsonForPrograms) {
  const auto json = reportJson(checkRules("[]", "x"));
  EXPECT_EQ(json["valid"], false);
  EXPECT_EQ(json["mistakes"][0]["message"], "x: the file must be an object");
  EXPECT_EQ(json["mistakes"][0]["line"], nullptr);
  EXPECT_EQ(json["warnings"], nlohmann::json::array());
}

}  // namespace
}  // namespace cmr
