// What the pictures of a series say of its kind: recorded beside its header, warned of, and
// decisive for rules that ask for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/site_release.h"
#include "config/rules.h"
#include "plugin/analyze_instances.h"
#include "tests/support/circle_analysis.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

using nlohmann::json;
using test::CircleSegmenter;
using test::ignoreProgress;
using test::requestOf;
using testing::HasSubstr;
using testing::Not;

FirstLook lookOf(const std::string& sequence, double probability) {
  FirstLook look;
  look.frames = 3;
  look.answers.push_back({"sequence",
                          {{"cine", "real", "report"}, {"lge", "both", "flag"}},
                          {sequence == "cine" ? probability : 1 - probability,
                           sequence == "cine" ? 1 - probability : probability},
                          0.6});
  return look;
}

TEST(AnalyzeInstances, RecordsWhatTheSeriesLooksLikeBesideWhatItsHeaderSays) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.look = lookOf("cine", 0.9);
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  const json results = json::parse(outcome.resultsJson);
  ASSERT_EQ(results["firstLooks"].size(), 1U);
  const json look = results["firstLooks"][0];
  EXPECT_EQ(look["isAnalysed"], true);
  EXPECT_EQ(look["sequence"]["takenFor"], "cine");
  EXPECT_EQ(look["sequence"]["header"], "cine");
  EXPECT_EQ(look["sequence"]["agreement"], "agrees");
  EXPECT_NEAR(look["sequence"]["probabilities"]["lge"].get<double>(), 0.1, 1e-9);
  EXPECT_THAT(outcome.resultsJson, Not(HasSubstr("first-look-conflict")));
  EXPECT_EQ(segmenter.looks, 0);  // it was seen on the way
}

TEST(AnalyzeInstances, MeasuresASeriesThatLooksLikeAnotherKindAndWarns) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.look = lookOf("lge", 0.95);
  const AnalysisOutcome outcome = analyzeInstances(requestOf(instances), segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::analysed);
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["firstLooks"][0]["sequence"]["agreement"], "conflicts");
  EXPECT_THAT(results["flags"].dump(), HasSubstr("first-look-conflict-sequence"));
}

TEST(AnalyzeInstances, LooksAtSeriesThatItDoesNotAnalyse) {
  std::vector<InstanceBytes> onePhase;
  CMR_DEMO_SERIES(instances);
  for (const InstanceBytes& instance : instances) {
    if (std::stoi(instance.name) % 20 == 1) onePhase.push_back(instance);
  }
  CircleSegmenter segmenter;
  segmenter.look = lookOf("lge", 0.8);
  const AnalysisOutcome outcome = analyzeInstances(requestOf(onePhase), segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_EQ(segmenter.looks, 1);
  EXPECT_EQ(segmenter.calls, 0);
  const json results = json::parse(outcome.resultsJson);
  ASSERT_EQ(results["firstLooks"].size(), 1U);
  EXPECT_EQ(results["firstLooks"][0]["isAnalysed"], false);
  EXPECT_EQ(results["firstLooks"][0]["sequence"]["agreement"], "unknown");
}

// One phase of the demo's cine under a header that says nothing of its kind.
TEST(AnalyzeInstances, OutlinesASilentSeriesAsWhatItSurelyLooksLikeAndSaysSo) {
  std::vector<InstanceBytes> onePhase;
  CMR_DEMO_SERIES(instances);
  for (const InstanceBytes& instance : instances) {
    if (std::stoi(instance.name) % 20 == 1) onePhase.push_back(instance);
  }
  CircleSegmenter segmenter;
  segmenter.head = segmenter.identity_;
  segmenter.head->release.fill(releasedBySite);
  AnalysisRequest request = requestOf(onePhase);
  request.tasks = {};
  segmenter.look = lookOf("lge", 0.5);
  const AnalysisOutcome unsure = analyzeInstances(request, segmenter, ignoreProgress);
  EXPECT_EQ(unsure.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(unsure.reason, HasSubstr("no released head answers this kind of series: "));
  segmenter.look = lookOf("lge", 0.9);
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_EQ(segmenter.tasks, std::vector<std::string>{"seg_lge_sax"});
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["firstLooks"][0]["sequence"]["decidedBy"], "pictures");
  EXPECT_THAT(results["flags"].dump(), HasSubstr("first-look-decided-sequence"));
}

// Cines are left alone where they look like something else; the last rule takes the rest.
std::string sortingOfCines() {
  return RuleSet::parse(R"({"schema": 1, "rules": [
      {"name": "no cine", "when": [{"classified": "sequence", "notIn": ["cine"]}],
       "skip": "it shows no beating heart"},
      {"name": "cine", "when": [], "tasks": ["seg_cine_sax"], "outputs": ["SEG"]}]})")
      .decide({{}, 1})
      .sorting;
}

TEST(AnalyzeInstances, LeavesASeriesAloneWhosePicturesARuleRefuses) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.look = lookOf("lge", 0.95);
  AnalysisRequest request = requestOf(instances);
  request.sorting = sortingOfCines();
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_THAT(outcome.reason, HasSubstr("skipped by rule \"no cine\""));
  EXPECT_THAT(outcome.reason, HasSubstr("it shows no beating heart"));
  EXPECT_EQ(segmenter.calls, 0);
  const json results = json::parse(outcome.resultsJson);
  EXPECT_EQ(results["sorting"]["rule"], "no cine");
  EXPECT_EQ(results["firstLooks"].size(), 1U);
  segmenter.look = {};
  EXPECT_THAT(analyzeInstances(request, segmenter, ignoreProgress).reason,
              HasSubstr("(the model package has no classifier"));
}

TEST(AnalyzeInstances, AnalysesBySuchRulesWhatTheirPicturesAllow) {
  CMR_DEMO_SERIES(instances);
  CircleSegmenter segmenter;
  segmenter.look = lookOf("cine", 0.95);
  AnalysisRequest request = requestOf(instances);
  request.sorting = sortingOfCines();
  request.tasks = {"seg_lge_sax"};  // the rule that decides has the word
  const AnalysisOutcome outcome = analyzeInstances(request, segmenter, ignoreProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_EQ(json::parse(outcome.resultsJson)["sorting"]["rule"], "cine");
  EXPECT_EQ(json::parse(outcome.resultsJson)["task"], "seg_cine_sax");
  for (const ProducedObject& object : outcome.objects) {
    EXPECT_EQ(object.kind, ObjectKind::segmentation);
  }
}

}  // namespace
}  // namespace cmr
