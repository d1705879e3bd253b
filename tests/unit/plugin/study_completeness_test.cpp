#include "plugin/study_completeness.h"

#include <gmock/gmock.h>

#include "config/rules.h"
#include "plugin/study_document.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Json = nlohmann::json;
using State = StudyReport::Completeness::State;

constexpr std::int64_t minuteMs = 60000;

StudyPolicy policyOf(const std::string& study) {
  return RuleSet::parse(R"({"schema": 1, "rules": [{"name": "cine", "when": [], "tasks": "auto"},
      {"name": "scouts", "when": [], "skip": "x"}], "study": )" +
                        study + "}")
      .study()
      .value();
}

const char* const saxAndEnhancement = R"({"expects": [{"sequence": "cine", "view": "sax"},
    {"sequence": "lge"}], "waitMinutes": 120})";

JobRecord endedJob(const std::string& series, const Json& results,
                   JobState state = JobState::done) {
  JobRecord job;
  job.id = "job-" + series;
  job.state = state;
  job.resultsJson = results.dump();
  job.createdMs = 1000;
  job.submission.rule = "cine";
  job.submission.orthancSeriesIds = {series};
  job.submission.SeriesInstanceUIDs = {"1.2." + series};
  return job;
}

Json analysed(const std::string& task) { return {{"task", task}, {"measurements", Json::array()}}; }

// One answer of the first look, as results_document.cpp writes it.
Json answer(const Json& header, const char* decidedBy, const char* takenFor) {
  return {{"header", header}, {"decidedBy", decidedBy}, {"takenFor", takenFor}};
}

Json looked(const Json& sequence, const Json& view) {
  return {{"task", "seg_cine_sax"},
          {"firstLooks", {{{"isAnalysed", false}, {"sequence", sequence}, {"view", view}}}}};
}

StudyReportInput inputWith(const std::string& study, std::vector<JobRecord> jobs,
                           std::int64_t nowMs = 2000) {
  StudyReportInput input;
  input.policy = policyOf(study);
  input.jobs = std::move(jobs);
  input.nowMs = nowMs;
  return input;
}

TEST(StudyCompleteness, IsNotAskedForWhereRulesSayNothing) {
  StudyReportInput input;
  input.jobs = {endedJob("a", analysed("seg_cine_sax"))};
  EXPECT_FALSE(completenessOf(input));
  const Json json = studyReportJson(studyReport(input));
  EXPECT_TRUE(json.at("completeness").is_null());
  EXPECT_FALSE(Json::parse(studyDocument(studyReport(input), {}, {}).text).contains("missing"));
}

TEST(StudyCompleteness, WaitsForWhatIsMissingUntilItsTimeAndIsPartialThen) {
  auto input = inputWith(saxAndEnhancement, {endedJob("a", analysed("seg_cine_sax"))});
  auto found = completenessOf(input).value();
  EXPECT_EQ(found.state, State::waiting);
  EXPECT_THAT(found.missing, ElementsAre("late enhancement"));
  EXPECT_EQ(found.untilMs, 1000 + 120 * minuteMs);
  input.nowMs = found.untilMs;
  EXPECT_EQ(completenessOf(input)->state, State::partial);
  input.jobs.insert(input.jobs.begin(), endedJob("b", analysed("seg_lge_sax")));
  found = completenessOf(input).value();
  EXPECT_EQ(found.state, State::complete);
  EXPECT_THAT(found.missing, IsEmpty());
}

TEST(StudyCompleteness, TheClockBeginsWithTheFirstSeriesAlsoOneThatWasLeftAlone) {
  auto input = inputWith(saxAndEnhancement, {endedJob("a", analysed("seg_cine_sax"))});
  input.skipped = {{"s", "study", "1.2.s", "a scout", 400}};
  EXPECT_EQ(completenessOf(input)->untilMs, 400 + 120 * minuteMs);
}

TEST(StudyCompleteness, HoldsWhereTheRulesSaySoUntilSomebodyAsks) {
  auto input = inputWith(R"({"expects": [{"view": "4ch"}], "waitMinutes": 0, "then": "hold"})",
                         {endedJob("a", analysed("seg_cine_sax"))});
  EXPECT_EQ(completenessOf(input)->state, State::held);
  input.isAskedFor = true;
  EXPECT_EQ(completenessOf(input)->state, State::partial);
}

TEST(StudyCompleteness, KnowsASeriesByItsHeaderOrBySurePicturesAlsoWhenItCouldNotBeAnalysed) {
  const auto kindsOf = [](const Json& results) {
    return kindsIn(inputWith(saxAndEnhancement, {endedJob("a", results, JobState::notAnalysable)}))
        .at(0);
  };
  SeriesKind kind = kindsOf(looked(answer("lge", "header", "cine"), answer("4ch", "header", "x")));
  EXPECT_EQ(kind.sequence, "lge");
  EXPECT_EQ(kind.view, "4ch");
  kind = kindsOf(looked(answer(nullptr, "pictures", "lge"), answer(nullptr, "nobody", "4ch")));
  EXPECT_EQ(kind.sequence, "lge");
  EXPECT_EQ(kind.view, "");
  EXPECT_EQ(kind.rule, "cine");
}

TEST(StudyCompleteness, OneAcquisitionCountsOnce) {
  Json twice = looked(answer("lge", "header", "lge"), answer("sax", "header", "sax"));
  twice["firstLooks"].push_back(twice["firstLooks"][0]);
  auto input = inputWith(R"({"expects": [{"sequence": "lge", "count": 2}], "waitMinutes": 5})",
                         {endedJob("a", twice, JobState::notAnalysable),
                          endedJob("a", twice, JobState::notAnalysable)});
  EXPECT_THAT(completenessOf(input)->missing, ElementsAre("late enhancement (1 of 2)"));
}

TEST(StudyCompleteness, WhatWasAnalysedIsWhatItWasAnalysedAs) {
  Json results = analysed("seg_cine_sax");
  results["firstLooks"] = {{{"isAnalysed", true},
                            {"sequence", answer("cine", "header", "cine")},
                            {"view", answer(nullptr, "nobody", "sax")}}};
  const auto kinds = kindsIn(inputWith(saxAndEnhancement, {endedJob("a", results)}));
  ASSERT_EQ(kinds.size(), 1U);
  EXPECT_EQ(kinds[0].view, "sax");
}

TEST(StudyCompleteness, RulesCountWhatTheyLeftAloneToo) {
  auto input = inputWith(R"({"expects": [{"rule": "cine"}, {"rule": "scouts"}], "waitMinutes": 5})",
                         {endedJob("a", Json(), JobState::dead)});
  EXPECT_THAT(completenessOf(input)->missing, ElementsAre(R"(series of rule "scouts")"));
  input.rulesOfSkipped["s"] = "scouts";
  EXPECT_THAT(completenessOf(input)->missing, IsEmpty());
}

TEST(StudyCompleteness, ThePartialReportSaysFirstWhatIsMissing) {
  const auto input =
      inputWith(saxAndEnhancement, {endedJob("a", analysed("seg_cine_sax"))}, 1000 * minuteMs);
  const StudyReport report = studyReport(input);
  const Json document = Json::parse(studyDocument(report, {}, {}).text);
  EXPECT_EQ(document["missing"], Json({"late enhancement"}));
  EXPECT_FALSE(document.contains("completeness"));
  EXPECT_EQ(studyReportJson(report)["completeness"]["state"], "partial");
}

TEST(StudyCompleteness, ACompleteReportIsTheSameAsWithoutAPolicy) {
  auto input = inputWith(R"({"expects": [{"view": "sax"}], "waitMinutes": 5})",
                         {endedJob("a", analysed("seg_cine_sax"))});
  const std::string with = studyDocument(studyReport(input), {}, {}).fingerprint;
  input.policy.reset();
  EXPECT_EQ(with, studyDocument(studyReport(input), {}, {}).fingerprint);
}

}  // namespace
}  // namespace cmr
