#include "plugin/intake.h"

#include <gmock/gmock.h>

#include "plugin/sqlite_connection.h"
#include "tests/unit/plugin/intake_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(IntakeTest, AStableSeriesBecomesAJob) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  const JobRecord job = onlyJob();
  EXPECT_THAT(job.submission.orthancSeriesIds, ElementsAre("a"));
  EXPECT_THAT(job.submission.SeriesInstanceUIDs, ElementsAre("1.2.a"));
  EXPECT_EQ(job.submission.StudyInstanceUID, "1.9.study");
  EXPECT_THAT(job.submission.tasks, ElementsAre("seg_cine_sax"));
  EXPECT_EQ(job.submission.packageSha256, "package");
  EXPECT_EQ(submissions, 1);
}

TEST_F(IntakeTest, ASeriesThatIsStillArrivingIsNoJobYet) {
  archive.addSeries("a", "study", 2, 3);
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(store->lastChange(), 0);  // so that a crash now loses nothing
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(IntakeTest, ACrashBeforeStabilityLosesNothing) {
  archive.addSeries("a", "study", 2, 3);
  step();
  archive.forgetUnstable();
  restart();
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, TheSameSeriesStableAgainIsTheSameJob) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_EQ(submissions, 1);
}

class EarlyIntakeTest : public IntakeTest {
 protected:
  EarlyIntakeTest() {
    archive.extraTags = {{"ImagesInAcquisition", "3"}, {"NumberOfTemporalPositions", "2"}};
  }
  void SetUp() override {
    intake = std::make_unique<Intake>(
        archive, *store, *planner, 0, logCallback(), [this] { ++submissions; }, true);
  }
  void announce(int slices) {
    archive.addSeries("a", "study", slices, 2);
    archive.announceCompletion("a");
    step();
  }
};

TEST_F(EarlyIntakeTest, ASeriesWithAllThatItAnnouncesIsNotWaitedFor) {
  announce(3);
  EXPECT_THAT(jobs(), SizeIs(1));
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_EQ(submissions, 1);
}

TEST_F(EarlyIntakeTest, WhatArrivesAfterAllMakesAJobInItsPlace) {
  announce(3);
  const std::string early = onlyJob().id;
  archive.addImage("a");
  step();
  EXPECT_THAT(jobs(), SizeIs(1)) << "more than announced: it is waited for";
  archive.becomeStable("a");
  step();
  ASSERT_THAT(jobs(), SizeIs(2));
  EXPECT_EQ(store->job(early)->state, JobState::cancelled);
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(EarlyIntakeTest, ASeriesThatIsIncompleteOrUnwantedIsWaitedFor) {
  announce(2);
  EXPECT_THAT(jobs(), IsEmpty());
  archive.extraTags = {{"CardiacNumberOfImages", "4"}};  // of one slice
  archive.announceCompletion("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  useRules(R"({"schema": 1, "rules": [{"name": "ct",
      "when": [{"tag": "Modality", "equals": "CT"}], "tasks": ["seg_cine_sax"]}]})");
  archive.extraTags = {{"NumberOfSlices", "2"}, {"NumberOfTimeSlices", "2"}};
  archive.announceCompletion("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
}

TEST_F(IntakeTest, WithoutEarlyStartEverySeriesIsWaitedFor) {
  archive.extraTags = {{"ImagesInAcquisition", "3"}, {"NumberOfTemporalPositions", "2"}};
  archive.addSeries("a", "study", 3, 2);
  archive.announceCompletion("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
}

TEST_F(IntakeTest, ALaterImageMakesANewJob) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  archive.addImage("a");
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), SizeIs(2));
}

TEST_F(IntakeTest, AnArchiveOfYearsIsNotAnalysedAtTheFirstStart) {
  archive.addSeries("old", "study", 2, 3);
  archive.becomeStable("old");
  restart(archive.lastChange());
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(log, HasSubstr("first start"));
  archive.addSeries("new", "study", 2, 3);
  archive.becomeStable("new");
  step();
  EXPECT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("new"));
}

TEST_F(IntakeTest, WhatArrivedWhileTheServiceWasDownIsCaughtUp) {
  step();
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  restart(archive.lastChange());
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, AChangeLogThatStartedAnewHasEverySeriesLookedAt) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  archive.startNewLog();
  archive.addSeries("b", "study", 1, 1, "CT");  // makes the log shorter than the one known
  archive.addSeries("c", "other", 2, 2);
  archive.forgetUnstable();
  store->setLastChange(1000);
  restart();
  step();
  EXPECT_THAT(jobs(), SizeIs(2));
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(IntakeTest, OneSeriesPerSliceWaitsForItsStudyAndIsOneJob) {
  for (const char* id : {"a", "b", "c"}) {
    archive.addSeries(id, "study", 1, 5);
    archive.becomeStable(id);
  }
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(store->lastChange(), 0);
  archive.studyBecomesStable("study");
  step();
  EXPECT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("a", "b", "c"));
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(IntakeTest, ACrashWhileSlicesWaitForTheirStudyLosesNothing) {
  archive.addSeries("a", "study", 1, 5);
  archive.becomeStable("a");
  step();
  archive.studyBecomesStable("study");
  store->setLastChange(0);
  restart();
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
}

TEST_F(IntakeTest, OwnObjectsAreNeverAnalysedWhateverTheirModality) {
  archive.extraTags["ManufacturerModelName"] = "Orthanc CMR";
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(intake->status().skipped, 1);
}

TEST_F(IntakeTest, ASeriesMarkedAsOursIsNeverAnalysed) {
  archive.markedOwn.insert("a");
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
}

TEST_F(IntakeTest, AnObjectThatIsNoMrImageIsNeverAnalysed) {
  archive.extraTags["SOPClassUID"] = "1.2.840.10008.5.1.4.1.1.66.4";
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(intake->status().lastSkipped, HasSubstr("no MR images"));
}

TEST_F(IntakeTest, AnotherModalityIsSkippedByTheClauseThatItFails) {
  archive.addSeries("a", "study", 2, 3, "CT");
  archive.becomeStable("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_THAT(intake->status().lastSkipped, HasSubstr("Modality"));
}

TEST_F(IntakeTest, ASeriesThatIsLeftAloneIsRecordedWithTheReason) {
  archive.addSeries("a", "study", 2, 3, "CT");
  archive.becomeStable("a");
  step();
  const auto skipped = store->skippedSeries({});
  ASSERT_THAT(skipped, SizeIs(1));
  EXPECT_EQ(skipped[0].orthancSeriesId, "a");
  EXPECT_EQ(skipped[0].orthancStudyId, "study");
  EXPECT_EQ(skipped[0].SeriesInstanceUID, "1.2.a");
  EXPECT_THAT(skipped[0].reason, HasSubstr("\"CT\""));
  EXPECT_GT(skipped[0].atMs, 0);
}

TEST_F(IntakeTest, WhatIsKnownOfASkippedSeriesGoesWithIt) {
  archive.addSeries("a", "study", 2, 3, "CT");
  archive.becomeStable("a");
  step();
  archive.deleteSeries("a");
  intake->deleted("a");
  step();
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
}

TEST_F(IntakeTest, OwnObjectsDoNotCrowdTheListOfSkippedSeries) {
  archive.markedOwn.insert("a");
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  EXPECT_THAT(store->skippedSeries({}), IsEmpty());
}

TEST_F(IntakeTest, ADeletedSeriesHasItsJobCancelled) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  archive.deleteSeries("a");
  intake->deleted("a");
  step();
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
}

TEST_F(IntakeTest, ASeriesDeletedBeforeItWasLookedAtHoldsNothingUp) {
  archive.addSeries("a", "study", 2, 3);
  archive.deleteSeries("a");
  step();
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

TEST_F(IntakeTest, ASeriesThatCannotBeReadDoesNotKeepTheOthersWaiting) {
  archive.unreadableSeries = "a";
  archive.addSeries("a", "study", 2, 3);
  archive.addSeries("b", "study", 2, 3);
  archive.becomeStable("a");
  archive.becomeStable("b");
  EXPECT_THROW(step(), ResourceError);  // the sweep says so; run() tries again later
  EXPECT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("b"));
}

TEST_F(IntakeTest, ASeriesThatCannotBeReadDoesNotKeepTheOthersOfASweepWaiting) {
  archive.addSeries("a", "study", 2, 3);
  archive.addSeries("b", "study", 2, 3);
  archive.unreadableSeries = "a";
  archive.forgetUnstable();  // no event will tell of either
  EXPECT_THROW(step(), ResourceError);
  EXPECT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("b"));
}

TEST_F(IntakeTest, ASeriesThatCannotBeSubmittedDoesNotKeepTheOthersOfItsPageWaiting) {
  SqliteConnection((folder / "jobs.sqlite").string(), "")
      .execute(
          "CREATE TRIGGER poison BEFORE INSERT ON jobs WHEN NEW.orthanc_study = 'bad'"
          " BEGIN SELECT RAISE(ABORT, 'poison'); END");
  for (const char* study : {"first", "bad", "last"}) {
    archive.addSeries(std::string("of ") + study, study, 2, 3);
    archive.becomeStable(std::string("of ") + study);
  }
  step();
  EXPECT_THAT(jobs(), SizeIs(2));
  EXPECT_THAT(log, HasSubstr("series of bad could not be submitted, trying again later"));
  EXPECT_LT(store->lastChange(), archive.lastChange());  // so that it is not forgotten
  SqliteConnection((folder / "jobs.sqlite").string(), "").execute("DROP TRIGGER poison");
  restart();
  step();
  EXPECT_THAT(jobs(), SizeIs(3));
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

}  // namespace
}  // namespace cmr
