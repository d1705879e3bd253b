#include "plugin/study_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "plugin/gather_study.h"
#include "plugin/rest_routes.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json number(const std::string& id, const Json& value, const std::string& quality = "good") {
  return {{"id", id},           {"label", "label of " + id},
          {"value", value},     {"unit", {{"value", "mL"}}},
          {"quality", quality}, {"reason", value.is_null() ? "not covered" : ""},
          {"reported", true}};
}

Json only(Json measurement) {
  Json list = Json::array();
  list.push_back(std::move(measurement));
  return list;
}

std::string resultsOf(const std::string& name, const Json& measurements,
                      const Json& flags = Json::array(), int slices = 10) {
  return Json({{"task", "seg_cine_sax"},
               {"measurements", measurements},
               {"flags", flags},
               {"source", {{"SeriesDescription", name}, {"slices", slices}, {"phases", 25}}}})
      .dump();
}

JobRecord jobOver(const std::string& series, const std::string& results,
                  JobState state = JobState::done) {
  JobRecord job;
  job.id = "job-" + series;
  job.state = state;
  job.resultsJson = results;
  job.submission.orthancSeriesIds = {series};
  job.submission.SeriesInstanceUIDs = {"1.2." + series};
  return job;
}

StudyReport reportOf(std::vector<JobRecord> jobs) {
  StudyReportInput input;
  input.jobs = std::move(jobs);
  return studyReport(input);
}

TEST(StudyReport, ChoosesTheResultWithTheFewestNumbersMissingAndSaysWhy) {
  const StudyReport report =
      reportOf({jobOver("1", resultsOf("first", only(number("lv.ef", nullptr, "unmeasurable")))),
                jobOver("2", resultsOf("second", only(number("lv.ef", 55))))});
  ASSERT_EQ(report.best.size(), 1U);
  EXPECT_EQ(report.best[0].name, "second");
  EXPECT_THAT(report.best[0].why, HasSubstr("of 2 results"));
  EXPECT_EQ(report.best[0].numbers[0].value, 55);
}

TEST(StudyReport, SegmentsDoNotDecideWhichSeriesIsTheBest) {
  const auto with = [](const Json& segment, const char* quality, const char* ef) {
    Json all = only(number("lv.ef", 55, ef));
    all.push_back(number("lv.wall.segment.17", segment, quality));
    return all;
  };
  for (const auto& [value, quality] :
       {std::pair{Json(nullptr), "unmeasurable"}, {Json(9), "uncertain"}}) {
    const StudyReport report =
        reportOf({jobOver("1", resultsOf("few", with(9, "good", "uncertain"))),
                  jobOver("2", resultsOf("whole", with(value, quality, "good")))});
    EXPECT_EQ(report.best.at(0).name, "whole") << quality;
  }
}

TEST(StudyReport, ASeriousDoubtWeighsMoreThanMoreImages) {
  const Json doubt = Json::array({{{"severity", "serious"}, {"text", "Half of it is missing."}}});
  const StudyReport report =
      reportOf({jobOver("1", resultsOf("many", only(number("lv.ef", 40)), doubt, 20)),
                jobOver("2", resultsOf("few", only(number("lv.ef", 55))))});
  EXPECT_EQ(report.best.at(0).name, "few");
}

TEST(StudyReport, DoesNotDependOnTheOrderInWhichResultsCame) {
  std::vector<JobRecord> jobs{jobOver("1", resultsOf("a", only(number("lv.ef", 55)))),
                              jobOver("2", resultsOf("b", only(number("lv.ef", 56)))),
                              jobOver("3", "", JobState::notAnalysable)};
  const Json there = studyReportJson(reportOf(jobs));
  std::reverse(jobs.begin(), jobs.end());
  EXPECT_EQ(there, studyReportJson(reportOf(jobs)));
}

TEST(StudyReport, SaysNoNumberThatThePackageKeepsBack) {
  Json kept = number("rv.ef", 50);
  kept["reported"] = false;
  const StudyReport report = reportOf({jobOver("1", resultsOf("a", only(kept)))});
  EXPECT_TRUE(report.best.at(0).numbers.empty());
}

TEST(StudyReport, AMissingNumberHasAReasonAndNoValue) {
  const StudyReport report =
      reportOf({jobOver("1", resultsOf("a", only(number("lv.ef", nullptr, "unmeasurable"))))});
  const Json json = studyReportJson(report);
  EXPECT_TRUE(json["best"][0]["numbers"][0]["value"].is_null());
  EXPECT_EQ(json["best"][0]["numbers"][0]["reason"], "not covered");
}

TEST(StudyReport, ListsEverySeriesWithItsVerdict) {
  StudyReportInput input;
  JobRecord refused = jobOver("2", "", JobState::notAnalysable);
  refused.reason = "no heart was found";
  input.jobs = {jobOver("1", resultsOf("a", only(number("lv.ef", 55)))), refused};
  input.skipped = {{"3", "study", "1.2.3", "its Modality is CT", 0}};
  const StudyReport report = studyReport(input);
  ASSERT_EQ(report.series.size(), 3U);
  EXPECT_EQ(report.series[0].verdict, "analysed");
  EXPECT_EQ(report.series[1].verdict, "notAnalysable");
  EXPECT_EQ(report.series[1].reason, "no heart was found");
  EXPECT_EQ(report.series[2].verdict, "skipped");
  EXPECT_EQ(report.series[2].reason, "its Modality is CT");
  EXPECT_TRUE(report.isComplete);
}

TEST(StudyReport, IsNotCompleteWhileAJobWaitsOrASeriesArrives) {
  EXPECT_FALSE(reportOf({jobOver("1", "", JobState::queued)}).isComplete);
  StudyReportInput input;
  input.undecided = {{"9", "1.2.9", "still arriving", true}};
  EXPECT_FALSE(studyReport(input).isComplete);
  input.undecided[0].isArriving = false;
  EXPECT_TRUE(studyReport(input).isComplete);
  EXPECT_EQ(studyReport(input).series.at(0).verdict, "notAsked");
}

TEST(StudyReport, LeavesOutWhatALaterResultSuperseded) {
  JobRecord old = jobOver("1", resultsOf("old", only(number("lv.ef", 20))));
  old.supersededBy = "job-2";
  JobRecord later = jobOver("1", resultsOf("new", only(number("lv.ef", 55))));
  later.id = "job-2";
  const StudyReport report = reportOf({later, old});
  ASSERT_EQ(report.series.size(), 1U);
  EXPECT_EQ(report.best.at(0).name, "new");
}

TEST(StudyReport, ALaterFailureStandsBesideTheResultThatIsStillThere) {
  JobRecord failed = jobOver("1", "", JobState::dead);
  failed.id = "job-2";
  const StudyReport report =
      reportOf({failed, jobOver("1", resultsOf("old", only(number("lv.ef", 55))))});
  EXPECT_EQ(report.series.size(), 2U);
  EXPECT_EQ(report.best.at(0).name, "old");
}

TEST(StudyReport, ResultsThatCannotBeReadAreSaidAndGiveNoNumber) {
  for (const char* broken :
       {"", "{", "[]", "{\"measurements\": 7}", "{\"measurements\": [3, {}]}"}) {
    const StudyReport report = reportOf({jobOver("1", broken)});
    ASSERT_EQ(report.series.size(), 1U) << broken;
    for (const auto& best : report.best) EXPECT_TRUE(best.numbers.empty()) << broken;
  }
  EXPECT_THAT(reportOf({jobOver("1", "")}).series[0].reason, HasSubstr("no longer kept"));
}

TEST(StudyReport, SeriesAreComparedWithEachOther) {
  const StudyReport report = reportOf({jobOver("1", resultsOf("a", only(number("lv.ef", 40)))),
                                       jobOver("2", resultsOf("b", only(number("lv.ef", 60))))});
  ASSERT_EQ(report.checks.size(), 1U);
  EXPECT_FALSE(report.checks[0].agrees);
}

class StudyRouteTest : public ServiceFixture {
 protected:
  RestResponse ask(const std::string& path) {
    RestContext context;
    context.status = [] { return Json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    return answerRest({"GET", path, {}}, context);
  }
};

TEST_F(StudyRouteTest, TellsOfAStudyAndOfNoOther) {
  submit("a");
  store->finishAnalysed(*store->claim("20200102030405"), {},
                        resultsOf("cine", only(number("lv.ef", 55))));
  archive.addSeries("b", "study", 2, 3);
  archive.addSeries("c", "other", 2, 3);
  const Json json = Json::parse(ask("/cmr/studies/study").body);
  ASSERT_EQ(json["series"].size(), 2U) << json;
  EXPECT_EQ(json["best"][0]["series"], "cine");
  EXPECT_EQ(json["complete"], false);
  archive.becomeStable("b");
  EXPECT_EQ(Json::parse(ask("/cmr/studies/study").body)["complete"], true);
  EXPECT_EQ(ask("/cmr/studies/none").status, 404);
}

// A long-axis result: a ventricle of one plane as long as it is wide at its widest.
std::string longAxisResults(const char* view, double efPercent) {
  const auto shape = [](double size) {
    return Json(
        {{"areaMm2", size * 100}, {"lengthMm", size}, {"widthsMm", std::vector<double>(20, size)}});
  };
  Json results = Json::parse(resultsOf(view, only(number("lax.lv.ef", efPercent, "uncertain"))));
  results["task"] = "seg_cine_lax";
  results["longAxisView"] = view;
  results["longAxisChambers"] = {
      {"leftVentricle", {{"largest", shape(80)}, {"smallest", shape(60)}}},
      {"leftAtrium", nullptr}};
  return results.dump();
}

TEST(StudyReport, ComparesTheShortAxisWithBothLongAxesTogether) {
  const StudyReport report = reportOf({jobOver("1", resultsOf("stack", only(number("lv.ef", 55)))),
                                       jobOver("2", longAxisResults("2ch", 30)),
                                       jobOver("3", longAxisResults("4ch", 31))});
  ASSERT_EQ(report.best.size(), 4U);
  EXPECT_EQ(report.best[0].what, "Short-axis cine");  // the order of reading
  EXPECT_EQ(report.best[1].task, "biplane");
  EXPECT_EQ(report.best[1].name, "2ch and 4ch");
  EXPECT_EQ(report.best[2].what, "Four-chamber cine");
  ASSERT_EQ(report.checks.size(), 1U);
  EXPECT_EQ(report.checks[0].id, "ef-sax-lax");
  EXPECT_TRUE(report.checks[0].agrees);  // 1 - (60 / 80)^3 = 58 %
  EXPECT_THAT(report.checks[0].text, HasSubstr("58 % in 2ch and 4ch"));
}

TEST(StudyReport, ComparesWithOneLongAxisWhereThereIsNoSecond) {
  const StudyReport report = reportOf({jobOver("1", resultsOf("stack", only(number("lv.ef", 55)))),
                                       jobOver("2", longAxisResults("2ch", 30))});
  EXPECT_EQ(report.best.size(), 2U);
  ASSERT_EQ(report.checks.size(), 1U);
  EXPECT_FALSE(report.checks[0].agrees);
}

}  // namespace
}  // namespace cmr
