#include "plugin/study_reporter.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "plugin/study_answer.h"
#include "plugin/study_request.h"
#include "plugin/superseder.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;

class StudyReporterTest : public ServiceFixture {
 protected:
  // A series whose analysis found this ejection fraction, all of it stored.
  void analyse(const std::string& seriesId, double ef, const std::string& task = "seg_cine_sax") {
    if (!archive.series(seriesId)) {
      archive.addSeries(seriesId, "study", 2, 3);
      archive.becomeStable(seriesId);
    }
    const std::string id = planner->analyze(seriesId).jobId;
    const Json results{{"task", task},
                       {"measurements",
                        {{{"id", "lv.ef"},
                          {"label", "LV EF"},
                          {"value", ef},
                          {"unit", {{"value", "%"}}},
                          {"quality", "good"},
                          {"reason", ""},
                          {"reported", true}}}},
                       {"source", {{"SeriesDescription", seriesId}}}};
    const std::string uid = "2." + seriesId;
    store->finishAnalysed(*store->claim("20200102030405"),
                          {{ObjectKind::structuredReport, "1.1", uid, uid + ".1", uid, {}}},
                          results.dump());
    store->markStored(id, 0);
  }
  void report() {
    StudyReporter(
        *planner, *store, [this] { return package; }, [this] { ++rings; }, logCallback(),
        [this] { return unixMs; })
        .submitDue();
  }
  void expectEnhancement(const std::string& then) {
    const std::string rules = everyMrSeries;
    useRules(rules.substr(0, rules.size() - 1) +
             R"(, "study": {"expects": [{"sequence": "lge"}], "waitMinutes": 60, "then": ")" +
             then + "\"}}");
  }
  std::vector<JobRecord> studyJobs() {
    std::vector<JobRecord> found;
    for (const JobRecord& job : jobs()) {
      if (job.submission.scope == JobScope::study) found.push_back(job);
    }
    return found;
  }
  // The worker made a report of the job that waits, and it was stored.
  void finish(const std::string& uid) {
    const auto lease = store->claim("20200102030405");
    ASSERT_TRUE(lease);
    ASSERT_EQ(lease->job.submission.scope, JobScope::study);
    store->finishAnalysed(*lease, {{ObjectKind::studyReport, "1.2", uid, uid + ".1", uid, {}}},
                          "{}");
    store->markStored(lease->job.id, 0);
  }
  Json documentOf(const JobRecord& job) { return Json::parse(store->studyDocument(job.id)); }
  static constexpr std::int64_t minuteMs = 60000;
  int rings = 0;
  std::int64_t unixMs = unixNowMs();
};

TEST_F(StudyReporterTest, WaitsUntilTheStudyIsStableAndNothingOfItIsOpen) {
  analyse("a", 55);
  report();
  EXPECT_THAT(studyJobs(), IsEmpty());
  archive.studyBecomesStable("study");
  submit("b");
  report();
  EXPECT_THAT(studyJobs(), IsEmpty());
  store->cancel(jobs().front().id, "not wanted");
  report();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_EQ(rings, 1);
  const Json document = documentOf(studyJobs()[0]);
  EXPECT_EQ(document["best"][0]["report"], "2.a");
  EXPECT_TRUE(document["predecessor"].is_null());
  EXPECT_THAT(studyJobs()[0].submission.orthancSeriesIds, ElementsAre("a"));
}

TEST_F(StudyReporterTest, TheSameResultsMakeNoSecondReport) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  report();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  finish("9.1");
  store->markStudy("study");  // a crash between submitting and settling
  report();
  EXPECT_THAT(studyJobs(), SizeIs(1));
  EXPECT_THAT(store->studiesToReport(9), IsEmpty());
}

TEST_F(StudyReporterTest, ALaterOneNamesTheEarlierOneAndTakesItsPlace) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  finish("9.1");
  analyse("b", 40);
  report();
  ASSERT_THAT(studyJobs(), SizeIs(2));
  EXPECT_EQ(documentOf(studyJobs()[0])["predecessor"]["SOPInstanceUID"], "9.1");
  Superseder(archive, *store, true, logCallback()).removeOutdated();
  EXPECT_EQ(studyJobs()[1].supersededBy, "");  // until the new one is stored
  finish("9.2");
  Superseder(archive, *store, true, logCallback()).removeOutdated();
  EXPECT_EQ(studyJobs()[1].supersededBy, studyJobs()[0].id);
  for (const JobRecord& job : jobs()) {  // and of no series
    if (job.submission.scope == JobScope::series) {
      EXPECT_EQ(job.supersededBy, "");
    }
  }
}

TEST_F(StudyReporterTest, TheAnswerOfAStudyNamesItsReportAndWhetherItStillHolds) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  EXPECT_TRUE(studyAnswer("study", *planner, *store).value()["report"].is_null());
  report();
  EXPECT_TRUE(studyAnswer("study", *planner, *store).value()["report"].is_null());
  finish("9.1");
  const Json answer = studyAnswer("study", *planner, *store).value();
  EXPECT_EQ(answer["report"], Json({{"SOPClassUID", "1.2"},
                                    {"SOPInstanceUID", "9.1"},
                                    {"SeriesInstanceUID", "9.1.1"},
                                    {"isCurrent", true}}));
  EXPECT_EQ(answer["best"][0]["report"]["SOPInstanceUID"], "2.a");
  EXPECT_EQ(answer["best"][0]["report"]["SeriesInstanceUID"], "2.a.1");
  analyse("b", 40);
  const Json later = studyAnswer("study", *planner, *store).value();
  EXPECT_EQ(later["report"]["SOPInstanceUID"], "9.1");
  EXPECT_EQ(later["report"]["isCurrent"], false);
  EXPECT_FALSE(studyAnswer("another", *planner, *store));
}

TEST_F(StudyReporterTest, NobodySaysOfAReportWhoseNumbersAreForgottenWhetherItHolds) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  finish("9.1");
  store->forgetOld(std::numeric_limits<std::int64_t>::max(), 100);
  const Json answer = studyAnswer("study", *planner, *store).value();
  EXPECT_EQ(answer["report"]["SOPInstanceUID"], "9.1");
  EXPECT_TRUE(answer["report"]["isCurrent"].is_null());
}

TEST_F(StudyReporterTest, OneThatWaitsGivesWayToANewerOne) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  const std::string waiting = studyJobs()[0].id;
  store->setPriority(waiting, -1);
  analyse("b", 40);
  report();
  ASSERT_THAT(studyJobs(), SizeIs(2));
  EXPECT_EQ(store->job(waiting)->state, JobState::cancelled);
  EXPECT_TRUE(documentOf(studyJobs()[0])["predecessor"].is_null());
}

TEST_F(StudyReporterTest, ADeletedSeriesMakesANewReportWithoutIt) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  analyse("b", 40);
  report();
  finish("9.1");
  archive.deleteSeries("b");
  store->cancelForResource("b", "deleted");
  report();
  ASSERT_THAT(studyJobs(), SizeIs(2));
  const Json document = documentOf(studyJobs()[0]);
  ASSERT_EQ(document["series"].size(), 1U);
  EXPECT_EQ(document["series"][0]["name"], "a");
}

TEST_F(StudyReporterTest, WaitsForTheSeriesThatTheRulesExpectAndIsPartialWhenTheyDoNotCome) {
  expectEnhancement("partial");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  StudyReporter reporter(
      *planner, *store, [this] { return package; }, [] {}, logCallback(),
      [this] { return unixMs; });
  reporter.submitDue();
  EXPECT_THAT(studyJobs(), IsEmpty());
  unixMs += 59 * minuteMs;
  reporter.submitDue();
  EXPECT_THAT(studyJobs(), IsEmpty());
  unixMs += 2 * minuteMs;
  reporter.submitDue();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_EQ(documentOf(studyJobs()[0])["missing"], Json({"late enhancement"}));
  finish("9.1");
  analyse("b", 0, "seg_lge_sax");
  reporter.submitDue();
  ASSERT_THAT(studyJobs(), SizeIs(2));
  const Json later = documentOf(studyJobs()[0]);
  EXPECT_FALSE(later.contains("missing"));
  EXPECT_EQ(later["predecessor"]["SOPInstanceUID"], "9.1");
}

TEST_F(StudyReporterTest, ARestartDoesNotWaitAnew) {
  expectEnhancement("partial");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  EXPECT_THAT(studyJobs(), IsEmpty());
  unixMs += 61 * minuteMs;
  report();  // another reporter
  EXPECT_THAT(studyJobs(), SizeIs(1));
}

TEST_F(StudyReporterTest, IsWrittenAtOnceWhenTheLastExpectedSeriesIsThere) {
  expectEnhancement("partial");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  StudyReporter reporter(
      *planner, *store, [this] { return package; }, [] {}, logCallback(),
      [this] { return unixMs; });
  reporter.submitDue();
  analyse("b", 0, "seg_lge_sax");
  reporter.submitDue();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_FALSE(documentOf(studyJobs()[0]).contains("missing"));
}

TEST_F(StudyReporterTest, AHeldReportIsWrittenWhenSomebodyAsksOrTheRulesNoLongerSaySo) {
  expectEnhancement("hold");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  unixMs += 600 * minuteMs;
  report();
  EXPECT_THAT(studyJobs(), IsEmpty());
  EXPECT_EQ(studyAnswer("study", *planner, *store).value()["completeness"]["missing"],
            Json({"late enhancement"}));
  store->askForReport("study", {"anna", "operator"});
  report();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_EQ(documentOf(studyJobs()[0])["missing"], Json({"late enhancement"}));
}

TEST_F(StudyReporterTest, AReportThatIsThereStaysTrueWhateverTheRulesHold) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  analyse("b", 40);
  report();
  finish("9.1");
  expectEnhancement("hold");
  archive.deleteSeries("b");
  store->cancelForResource("b", "deleted");
  report();
  ASSERT_THAT(studyJobs(), SizeIs(2));
  EXPECT_EQ(documentOf(studyJobs()[0])["missing"], Json({"late enhancement"}));
}

TEST_F(StudyReporterTest, ChangedRulesEndTheWaiting) {
  expectEnhancement("hold");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  StudyReporter reporter(
      *planner, *store, [this] { return package; }, [] {}, logCallback(),
      [this] { return unixMs; });
  reporter.submitDue();
  useRules(everyMrSeries);
  unixMs += minuteMs;
  reporter.submitDue();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_FALSE(documentOf(studyJobs()[0]).contains("missing"));
}

TEST_F(StudyReporterTest, AClockThatWasSetBackDoesNotProlongThePause) {
  expectEnhancement("hold");
  archive.studyBecomesStable("study");
  analyse("a", 55);
  StudyReporter reporter(
      *planner, *store, [this] { return package; }, [] {}, logCallback(),
      [this] { return unixMs; });
  reporter.submitDue();
  useRules(everyMrSeries);
  unixMs -= 600 * minuteMs;
  reporter.submitDue();
  EXPECT_THAT(studyJobs(), SizeIs(1));
}

TEST_F(StudyReporterTest, StudiesThatWaitKeepNoOtherWaiting) {
  expectEnhancement("hold");
  StudyReporter reporter(
      *planner, *store, [this] { return package; }, [] {}, logCallback(),
      [this] { return unixMs; });
  for (int i = 0; i < 20; ++i) {
    const std::string name = (i < 10 ? "a" : "b") + std::to_string(i);
    archive.addSeries("of-" + name, name, 2, 3);
    archive.becomeStable("of-" + name);
    archive.studyBecomesStable(name);
    analyse("of-" + name, 55);
  }
  store->askForReport("b19");
  for (int i = 0; i < 4 && studyJobs().empty(); ++i) reporter.submitDue();
  ASSERT_THAT(studyJobs(), SizeIs(1));
  EXPECT_EQ(studyJobs()[0].submission.orthancStudyId, "b19");
}

TEST_F(StudyReporterTest, AStudyWithoutNumbersHasNone) {
  archive.studyBecomesStable("study");
  submit("a");
  store->finishNotAnalysable(*store->claim("20200102030405"), "no heart", "{}");
  report();
  EXPECT_THAT(studyJobs(), IsEmpty());
  EXPECT_THAT(store->studiesToReport(9), IsEmpty());
}

TEST_F(StudyReporterTest, AnEarlierReportStaysWhenItsNumbersAreForgotten) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  finish("9.1");
  store->forgetOld(std::int64_t{1} << 50, 100);
  analyse("b", 40);
  report();
  EXPECT_THAT(studyJobs(), SizeIs(1));
}

TEST_F(StudyReporterTest, TheWorkerGetsOnlyReportsThatSayThemselvesThatTheyAreOurs) {
  archive.studyBecomesStable("study");
  analyse("a", 55);
  report();
  archive.addSeries("results", "study", 1, 1, "SR");
  archive.instancesByUid["2.a"] = {"results-0"};
  const JobRecord job = studyJobs()[0];
  EXPECT_THAT(studyRequest(job, archive, *store, "p").whyNot, HasSubstr("no longer in the study"));
  archive.extraTags["ManufacturerModelName"] = "Orthanc CMR";
  const auto request = studyRequest(job, archive, *store, "p").request;
  ASSERT_TRUE(request);
  EXPECT_THAT(request->instances, SizeIs(2));
  EXPECT_EQ(request->studyDocument, store->studyDocument(job.id));
}

}  // namespace
}  // namespace cmr
