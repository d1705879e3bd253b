// What rules and scheduled exams ask of the intake.
#include <gmock/gmock.h>

#include "plugin/intake.h"
#include "plugin/sqlite_connection.h"
#include "tests/unit/plugin/intake_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string ruleThat(const std::string& asks) {
  return R"({"schema": 1, "rules": [{"name": "mr", "when": [], "tasks": ["seg_cine_sax"], )" +
         asks + "}]}";
}

// --- exams that are scheduled late ---------------------------------------------------------------

class LateExam : public IntakeTest {
 protected:
  LateExam() {
    archive.extraTags = {{"AccessionNumber", "A"}, {"PatientID", "P"}};
    archive.addSeries("a", "study", 2, 3);
    archive.becomeStable("a");
  }
  // Rules whose first one asks what was scheduled.
  void useScheduled(const std::string& others) {
    useRules(R"({"schema": 1, "rules": [{"name": "heart", "when":
        [{"scheduled": "CodeValue", "equals": "HEART"}], "tasks": ["seg_cine_sax"]})" +
             others + "]}");
  }
  void schedule() {
    JobStore::ScheduledExam exam;
    exam.id = "e";
    exam.PatientID = "P";
    exam.AccessionNumber = "A";
    exam.startDate = "20990131";
    exam.attributesJson = R"({"ScheduledProtocolCodeSequence": [{"CodeValue": "HEART"}]})";
    store->schedule(exam);
  }
  void tie() {
    EXPECT_EQ(store->tieToExams({"study", "", "A", "P"}), 1);
    intake->tied();
  }
};

TEST_F(LateExam, HasSeriesLookedAtAgainThatRulesLeftAlone) {
  useScheduled("");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  schedule();
  tie();
  step();
  EXPECT_EQ(onlyJob().submission.rule, "heart");
}

TEST_F(LateExam, HasThemLookedAtAgainAlsoWhenTheProcessEndedRightAfterTheTie) {
  useScheduled("");
  step();
  schedule();
  EXPECT_EQ(store->tieToExams({"study", "", "A", "P"}), 1);
  restart();
  step();
  EXPECT_EQ(onlyJob().submission.rule, "heart");
  EXPECT_TRUE(store->studiesTiedAnew().empty());
}

TEST_F(LateExam, StaysOnRecordWhileASeriesCannotBeLookedAt) {
  useScheduled("");
  step();
  schedule();
  archive.unreadableSeries = "a";
  tie();
  intake->round({});
  EXPECT_EQ(store->studiesTiedAnew().size(), 1U);
  archive.unreadableSeries.clear();
  step();
  EXPECT_EQ(onlyJob().submission.rule, "heart");
  EXPECT_TRUE(store->studiesTiedAnew().empty());
}

TEST_F(LateExam, HasSeriesLookedAtAgainThatCouldNotBeAnalysedAsTheirPicturesLook) {
  useScheduled(R"(, {"name": "enhancement", "when":
      [{"classified": "sequence", "equals": "lge"}], "tasks": ["seg_lge_sax"]})");
  step();
  store->finishNotAnalysable(*store->claim("20260101"), "no rule takes the series", "{}");
  EXPECT_EQ(onlyJob().submission.rule, "enhancement");
  schedule();
  tie();
  step();
  ASSERT_THAT(jobs(), SizeIs(2));
  EXPECT_EQ(jobs().front().submission.rule, "heart");
}

TEST_F(LateExam, LeavesWhatWasAnalysedAlone) {
  useScheduled(R"(, {"name": "mr", "when": [], "tasks": ["seg_cine_sax"]})");
  step();
  store->finishAnalysed(*store->claim("20260101"), {}, "{}");
  schedule();
  tie();
  step();
  EXPECT_EQ(onlyJob().submission.rule, "mr");
}

TEST_F(LateExam, IsTiedByASeriesThatArrivesLaterForTheEarlierOnesToo) {
  useScheduled("");
  step();
  schedule();
  archive.addSeries("b", "study", 2, 3);
  archive.becomeStable("b");
  step();
  EXPECT_THAT(jobs(), SizeIs(2));
}

TEST_F(LateExam, IsTiedBeforeTheRulesAreAsked) {
  useScheduled("");
  schedule();
  const auto look = planner->look("a", [this](const SeriesLook& found) {
    EXPECT_FALSE(found.own);
    store->tieToExams({"study", "", "A", "P"});
  });
  EXPECT_EQ(look->decision.rule, "heart");
}

TEST_F(IntakeTest, AHeldSeriesIsListedAndAnalysedWhenSomebodyAsks) {
  useRules(ruleThat(R"("hold": "a new scanner")"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  const auto held = store->skippedSeries({});
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_THAT(held[0].reason, HasSubstr("held: "));
  EXPECT_THAT(held[0].reason, HasSubstr("a new scanner"));
  planner->analyze("a");
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
  // The same images once more: nobody has to release them again.
  archive.becomeStable("a");
  step();
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
  // An image that was not there then: somebody has to look again.
  archive.addImage("a");
  archive.becomeStable("a");
  step();
  EXPECT_THAT(store->skippedSeries({}), SizeIs(1));
}

TEST_F(IntakeTest, ASeriesWaitsForTheHoursOfItsRule) {
  useRules(ruleThat(R"("hours": {"from": "20:00", "to": "06:00"})"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  ASSERT_THAT(store->skippedSeries({}), SizeIs(1));
  EXPECT_THAT(store->skippedSeries({})[0].reason, HasSubstr("from 20:00 to 06:00"));
  EXPECT_EQ(store->lastChange(), 0);  // so that a crash now loses nothing
  localTime = {1, 20 * 60};
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(IntakeTest, ARestartWhileASeriesWaitsForItsHoursLosesNothing) {
  useRules(ruleThat(R"("hours": {"from": "20:00", "to": "06:00"})"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  restart();
  localTime = {2, 60};
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, OtherRulesWithoutHoursEndTheWait) {
  useRules(ruleThat(R"("hours": {"from": "20:00", "to": "06:00"})"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  useRules(everyMrSeries);
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, ASeriesDeletedWhileItWaitsForItsHoursIsForgotten) {
  useRules(ruleThat(R"("hours": {"from": "20:00", "to": "06:00"})"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  archive.deleteSeries("a");
  intake->deleted("a");
  localTime = {1, 20 * 60};
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
}

TEST_F(IntakeTest, ARuleMayWaitForTheWholeStudy) {
  useRules(ruleThat(R"("wait": "study")"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  archive.studyBecomesStable("study");
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, AJobKnowsWhichOutputsItsRuleWants) {
  useRules(ruleThat(R"("outputs": ["SEG", "SC"], "priority": 7)"));
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(onlyJob().submission.outputs, ElementsAre("SEG", "SC"));
  EXPECT_EQ(onlyJob().submission.priority, 7);
}

}  // namespace
}  // namespace cmr
