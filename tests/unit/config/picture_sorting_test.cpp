#include "config/picture_sorting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/errors.h"
#include "config/explain_rules.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* enhancement = R"({"name": "enhancement",
  "when": [{"tag": "Modality", "equals": "MR"}, {"classified": "sequence", "equals": "lge"}],
  "tasks": ["seg_lge_sax"], "outputs": ["SEG"]})";
constexpr const char* certain = R"({"name": "cine", "priority": 7,
  "when": [{"tag": "CardiacNumberOfImages", "min": 2}], "tasks": ["seg_cine_sax"]})";

RuleSet rulesOf(const std::string& list, const std::string& more = "") {
  return RuleSet::parse(R"({"schema": 1, "rules": [)" + list + "]" + more + "}");
}

std::string mistakeInClause(const std::string& clause, const std::string& more = "") {
  try {
    rulesOf(R"({"name": "r", "when": [)" + clause + R"(], "tasks": "auto")" + more + "}");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::map<std::string, ClassifierAnswer> sequenceIs(const std::string& value, double probability,
                                                   bool released = true) {
  return {{"sequence", {value, probability, 0.7, released}}};
}

SeriesFacts cineOfMr() { return {{{"Modality", "MR"}, {"CardiacNumberOfImages", "25"}}, 300}; }

TEST(PictureSorting, ARuleThatAsksForThePicturesIsLeftOpenTogetherWithTheFirstCertainOne) {
  const RuleSet rules = rulesOf(std::string(enhancement) + "," + certain);
  const RoutingDecision decision = rules.decide(cineOfMr());
  EXPECT_EQ(decision.action, RouteAction::analyze);
  EXPECT_EQ(decision.rule, "enhancement or cine");
  EXPECT_EQ(decision.priority, 7);
  EXPECT_THAT(decision.tasks, ElementsAre("seg_lge_sax", "seg_cine_sax"));
  EXPECT_THAT(decision.outputs, ElementsAre("SEG", "SR", "SC", "PDF", "CINE", "MAP"));
  EXPECT_THAT(verdictOf(decision, ""), HasSubstr("its pictures decide"));
  EXPECT_THAT(explanationText(decision, rules.tryAll(cineOfMr()), ""),
              HasSubstr("enhancement: decides if the pictures show it"));
}

TEST(PictureSorting, ThePicturesDecideBetweenThemByTheFactsOfTheArrival) {
  const std::string open =
      rulesOf(std::string(enhancement) + "," + certain).decide(cineOfMr()).sorting;
  ASSERT_THAT(open, Not(IsEmpty()));
  const RoutingDecision lge = decideSorting(open, sequenceIs("lge", 0.9));
  EXPECT_EQ(lge.rule, "enhancement");
  EXPECT_THAT(lge.tasks, ElementsAre("seg_lge_sax"));
  EXPECT_THAT(lge.outputs, ElementsAre("SEG"));
  EXPECT_THAT(lge.sorting, IsEmpty());
  EXPECT_EQ(decideSorting(open, sequenceIs("cine", 0.9)).rule, "cine");
  EXPECT_EQ(decideSorting(open, {}).rule, "cine");
}

TEST(PictureSorting, NothingIsOpenWhereTheHeaderDecides) {
  SeriesFacts ct = cineOfMr();
  ct.tags["Modality"] = "CT";
  const RuleSet rules = rulesOf(std::string(enhancement) + "," + certain);
  EXPECT_EQ(rules.decide(ct).rule, "cine");
  EXPECT_THAT(rules.decide(ct).sorting, IsEmpty());
  const RuleSet swapped = rulesOf(std::string(certain) + "," + enhancement);
  EXPECT_EQ(swapped.decide(cineOfMr()).rule, "cine");
}

TEST(PictureSorting, WithoutACertainRuleOnlyThePicturesCanHaveItAnalysed) {
  const RoutingDecision decision = rulesOf(enhancement).decide(cineOfMr());
  EXPECT_EQ(decision.action, RouteAction::analyze);
  EXPECT_EQ(decideSorting(decision.sorting, sequenceIs("cine", 1)).action, RouteAction::noRule);
}

TEST(PictureSorting, ASeriesThatNoOutcomeWouldAnalyseMakesNoJob) {
  const std::string skip = R"({"name": "others", "skip": "no heart",
    "when": [{"classified": "view", "equals": "other"}]})";
  EXPECT_EQ(rulesOf(skip).decide(cineOfMr()).action, RouteAction::noRule);
  EXPECT_EQ(rulesOf(skip, R"(, "otherwise": {"skip": "left alone"})").decide(cineOfMr()).action,
            RouteAction::skip);
  const RoutingDecision open = rulesOf(skip + "," + certain).decide(cineOfMr());
  EXPECT_EQ(decideSorting(open.sorting, {{"view", {"other", 0.9, 0.5, true}}}).reason, "no heart");
}

TEST(PictureSorting, TheFallbackTravelsAlong) {
  const RuleSet rules =
      rulesOf(enhancement, R"(, "otherwise": {"tasks": "auto", "wait": "study"})");
  const RoutingDecision decision = rules.decide(cineOfMr());
  EXPECT_TRUE(decision.waitForStudy);
  EXPECT_EQ(decideSorting(decision.sorting, sequenceIs("cine", 1)).rule, "otherwise");
}

TEST(PictureSorting, AsManyRulesAsAFileMayHoldTravelWithTheirFallback) {
  std::string list;
  for (int i = 0; i < 200; ++i) {
    list += std::string(i == 0 ? "" : ",") + R"({"name": "rule )" + std::to_string(i) +
            R"(", "when": [{"classified": "view", "equals": "sax"}], "tasks": ["seg_cine_sax"]})";
  }
  const RoutingDecision decision =
      rulesOf(list, R"(, "otherwise": {"tasks": ["seg_lge_sax"]})").decide(cineOfMr());
  EXPECT_EQ(decideSorting(decision.sorting, {{"view", {"sax", 1, 0.5, true}}}).rule, "rule 0");
  EXPECT_THAT(decideSorting(decision.sorting, {}).tasks, ElementsAre("seg_lge_sax"));
}

TEST(PictureSorting, OnlyWhatTheRulesReadTravelsWithTheJob) {
  SeriesFacts facts = cineOfMr();
  facts.tags["PatientName"] = "DOE^JANE";
  const std::string open = rulesOf(enhancement).decide(facts).sorting;
  EXPECT_THAT(open, Not(HasSubstr("DOE")));
  EXPECT_THAT(open, HasSubstr("Modality"));
}

TEST(PictureSorting, AHeaderInAnyCharacterSetTravels) {
  SeriesFacts facts = cineOfMr();
  facts.tags["Modality"] = "MR\\\xE9\xFF";
  const std::string open = rulesOf(enhancement).decide(facts).sorting;
  EXPECT_EQ(decideSorting(open, sequenceIs("lge", 1)).rule, "enhancement");
}

TEST(PictureSorting, UnsureAndUnreleasedAnswersAreNoAnswers) {
  const auto decide = [](const std::string& test,
                         const std::map<std::string, ClassifierAnswer>& classified) {
    SeriesFacts facts;
    facts.classified = classified;
    return rulesOf(R"({"name": "r", "when": [{"classified": "sequence", )" + test +
                   R"(}], "tasks": "auto"})")
               .decide(facts)
               .action == RouteAction::analyze;
  };
  const std::string isLge = R"("equals": "lge")";
  const std::string isNotLge = R"("notIn": ["lge"])";
  EXPECT_TRUE(decide(isLge, sequenceIs("lge", 0.7)));
  EXPECT_FALSE(decide(isLge, sequenceIs("lge", 0.69)));
  EXPECT_TRUE(decide(isLge + R"(, "minConfidence": 0.5)", sequenceIs("lge", 0.69)));
  EXPECT_FALSE(decide(isLge + R"(, "minConfidence": 0.95)", sequenceIs("lge", 0.9)));
  EXPECT_FALSE(decide(isLge, sequenceIs("lge", 1, false)));
  EXPECT_FALSE(decide(isLge, {}));
  // As everywhere, a negated test holds where the other does not.
  EXPECT_TRUE(decide(isNotLge, sequenceIs("lge", 0.69)));
  EXPECT_FALSE(decide(isNotLge, sequenceIs("lge", 0.9)));
}

TEST(PictureSorting, GroupsAreOpenOnlyWhileTheirPicturesMatter) {
  const auto isOpen = [](const std::string& clause) {
    return !rulesOf(R"({"name": "r", "when": [)" + clause + R"(], "tasks": "auto"})")
                .decide(cineOfMr())
                .sorting.empty();
  };
  const std::string pictures = R"({"classified": "view", "equals": "sax"})";
  const std::string mr = R"({"tag": "Modality", "equals": "MR"})";
  const std::string ct = R"({"tag": "Modality", "equals": "CT"})";
  const auto group = [](const char* kind, const std::string& a, const std::string& b) {
    return std::string("{\"") + kind + "\": [" + a + "," + b + "]}";
  };
  EXPECT_TRUE(isOpen(group("anyOf", pictures, ct)));
  EXPECT_FALSE(isOpen(group("anyOf", pictures, mr)));
  EXPECT_TRUE(isOpen(group("allOf", pictures, mr)));
  EXPECT_FALSE(isOpen(group("allOf", pictures, ct)));
}

TEST(PictureSorting, MistakesAreNamedWithTheirPlace) {
  EXPECT_THAT(mistakeInClause(R"({"classified": "sequnce", "equals": "lge"})"),
              HasSubstr("rules[0].when[0].classified must be \"sequence\" or \"view\""));
  EXPECT_THAT(mistakeInClause(R"({"classified": "view", "in": ["sax", "5ch"]})"),
              HasSubstr("rules[0].when[0].in[1] is unknown"));
  EXPECT_THAT(mistakeInClause(R"({"classified": "view", "equals": "sax", "minConfidence": 2})"),
              HasSubstr("minConfidence must be a probability"));
  EXPECT_THAT(mistakeInClause(R"({"classified": "view", "matches": "sax"})"), HasSubstr("matches"));
  EXPECT_THAT(mistakeInClause(R"({"classified": "view"})"), HasSubstr("rules[0].when[0]"));
  EXPECT_THAT(mistakeInClause(R"({"classified": "view", "equals": "sax"})", R"(, "priority": 3)"),
              HasSubstr("rules[0].priority has no meaning in a rule that asks what the pictures"));
  EXPECT_EQ(mistakeInClause(R"({"classified": "view", "equals": "sax"})"), "accepted");
}

TEST(PictureSorting, ADocumentThatIsNoneIsRefused) {
  EXPECT_THROW(decideSorting("", {}), InputError);
  EXPECT_THROW(decideSorting("{}", {}), InputError);
  EXPECT_THROW(decideSorting(R"({"facts": 1, "rules": 2})", {}), InputError);
}

}  // namespace
}  // namespace cmr
