#include "config/study_policy.h"

#include <gmock/gmock.h>

#include "config/check_rules.h"
#include "config/rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string rulesWith(const std::string& study) {
  return R"({"schema": 1, "rules": [{"name": "cine", "when": [], "tasks": "auto"},
    {"name": "off", "enabled": false, "when": [], "skip": "x"}], "study": )" +
         study + "}";
}

StudyPolicy policyOf(const std::string& expects) {
  const RuleSet rules =
      RuleSet::parse(rulesWith(R"({"expects": [)" + expects + R"(], "waitMinutes": 90})"));
  return rules.study().value();
}

std::string mistakeIn(const std::string& study) {
  const RuleReport report = checkRules(rulesWith(study), "x");
  return report.valid() ? "accepted" : report.mistakes.front().message;
}

TEST(StudyPolicy, ThereIsNoneUnlessTheFileSaysSo) {
  EXPECT_FALSE(RuleSet::shipped().study());
  EXPECT_EQ(checkRules(shippedRulesText(), "shipped").study, "");
}

TEST(StudyPolicy, NamesWhatIsMissingInWords) {
  const StudyPolicy policy = policyOf(R"({"sequence": "cine", "view": "sax"}, {"view": "4ch"},
    {"sequence": "lge", "count": 2}, {"rule": "cine"})");
  EXPECT_THAT(policy.missingFrom({}),
              ElementsAre("short-axis cine", "four-chamber series", "late enhancement (0 of 2)",
                          R"(series of rule "cine")"));
  EXPECT_THAT(policy.missingFrom({{"cine", "sax", "cine"}, {"cine", "4ch", ""}, {"lge", "", ""}}),
              ElementsAre("late enhancement (1 of 2)"));
}

TEST(StudyPolicy, ASeriesThatNobodyCouldTellCountsForNothing) {
  EXPECT_THAT(policyOf(R"({"view": "sax"})").missingFrom({{"cine", "", ""}}), SizeIs(1));
  EXPECT_THAT(policyOf(R"({"view": "sax"})").missingFrom({{"cine", "sax", ""}}), IsEmpty());
}

TEST(StudyPolicy, IsToldInOneSentence) {
  EXPECT_EQ(checkRules(rulesWith(R"({"expects": [{"view": "sax", "sequence": "cine"},
      {"sequence": "t1_map", "count": 2}], "waitMinutes": 120})"),
                       "x")
                .study,
            "the report on a study waits 120 minutes at most for short-axis cine, 2 of T1 map; "
            "without them it is written as partial");
  EXPECT_THAT(checkRules(rulesWith(R"({"expects": [{"view": "sax"}], "waitMinutes": 0,
      "then": "hold"})"),
                         "x")
                  .study,
              HasSubstr("held until somebody asks for it"));
}

TEST(StudyPolicy, MistakesAreToldWithTheirPlace) {
  EXPECT_THAT(mistakeIn("[]"), HasSubstr("study must be an object"));
  EXPECT_THAT(mistakeIn(R"({"waitMinutes": 5})"), HasSubstr("needs \"expects\""));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sax"}]})"), HasSubstr("needs \"waitMinutes\""));
  EXPECT_THAT(mistakeIn(R"({"expects": [], "waitMinutes": 5})"), HasSubstr("list with entries"));
  EXPECT_THAT(mistakeIn(R"({"expects": ["sax"], "waitMinutes": 5})"),
              HasSubstr("study.expects[0] must be an object"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sac"}], "waitMinutes": 5})"),
              HasSubstr(R"(there is no view "sac"; did you mean "sax"?)"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"count": 2}], "waitMinutes": 5})"), HasSubstr("or else"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"rule": "cine", "view": "sax"}], "waitMinutes": 5})"),
              HasSubstr("or else"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"rule": "cines"}], "waitMinutes": 5})"),
              HasSubstr(R"(there is no rule "cines"; did you mean "cine"?)"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sax"}, {"view": "sax"}], "waitMinutes": 5})"),
              HasSubstr("twice"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sax"}], "waitMinutes": "PT2H"})"),
              HasSubstr("whole number from 0 to 10080"));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sax"}], "waitMinutes": 5, "then": "skip"})"),
              HasSubstr("\"partial\" or \"hold\""));
  EXPECT_THAT(mistakeIn(R"({"expects": [{"view": "sax"}], "wait": 5, "waitMinutes": 5})"),
              HasSubstr("unknown key \"wait\""));
}

TEST(StudyPolicy, WarnsOfADisabledRuleThatIsWaitedFor) {
  const RuleReport report =
      checkRules(rulesWith(R"({"expects": [{"rule": "off"}], "waitMinutes": 5})"), "x");
  ASSERT_TRUE(report.valid());
  EXPECT_THAT(report.warnings.back().message, HasSubstr("no study is ever complete"));
  EXPECT_EQ(report.warnings.back().pointer, "/study/expects/0");
}

}  // namespace
}  // namespace cmr
