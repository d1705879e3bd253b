#include "plugin/intake.h"

#include <gmock/gmock.h>

#include "plugin/sqlite_connection.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IntakeTest : public ServiceFixture {
 protected:
  void SetUp() override { restart(); }

  // Another process over the same store and archive.
  void restart(std::int64_t startingPoint = 0) {
    intake = std::make_unique<Intake>(archive, *store, *planner, startingPoint, logCallback(),
                                      [this] { ++submissions; });
  }
  void step() { intake->step(stopper.get_token()); }

  std::unique_ptr<Intake> intake;
  int submissions = 0;
};

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

// --- what a rescan comes upon: no line of the change log leads back to it
// --------------------------

class RescanTest : public IntakeTest {
 protected:
  void startRescan() {
    store->setLastChange(1000);  // the log is shorter
    restart();
    step();
  }
  void expectOneJobAndTheLogFollowed() {
    EXPECT_THAT(jobs(), SizeIs(1));
    EXPECT_EQ(store->lastChange(), archive.lastChange());
  }
};

TEST_F(RescanTest, ASeriesThatCannotBeReadJustThenIsLookedAtLater) {
  archive.addSeries("a", "study", 2, 3);
  archive.forgetUnstable();
  archive.unreadableSeries = "a";
  startRescan();
  EXPECT_THAT(jobs(), IsEmpty());
  archive.unreadableSeries.clear();
  restart();
  step();
  expectOneJobAndTheLogFollowed();
}

TEST_F(RescanTest, ASeriesThatWasArrivingOutlivesACrash) {
  archive.addSeries("a", "study", 2, 3);
  startRescan();
  EXPECT_THAT(jobs(), IsEmpty());
  archive.forgetUnstable();
  restart();
  step();
  expectOneJobAndTheLogFollowed();
}

TEST_F(RescanTest, SlicesThatWaitedForTheirStudyOutliveACrash) {
  archive.addSeries("a", "study", 1, 5);
  archive.becomeStable("a");
  startRescan();
  EXPECT_THAT(jobs(), IsEmpty());
  restart();
  archive.studyBecomesStable("study");
  step();
  expectOneJobAndTheLogFollowed();
}

TEST_F(RescanTest, ASeriesThatIsDeletedBeforeItWasDecidedEndsIt) {
  archive.addSeries("a", "study", 2, 3);
  startRescan();
  archive.deleteSeries("a");
  intake->deleted("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(store->lastChange(), archive.lastChange());
}

// --- what is left of a job whose source is not whole any more
// --------------------------------------

TEST_F(IntakeTest, WhatIsLeftOfAStackOfWhichOneSliceWasDeletedIsAJobOfItsOwn) {
  for (const char* id : {"a", "b", "c"}) archive.addSeries(id, "study", 1, 5);
  archive.forgetUnstable();
  archive.studyBecomesStable("study");
  step();
  ASSERT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("a", "b", "c"));
  const std::string whole = onlyJob().id;
  archive.deleteSeries("b");
  intake->deleted("b");
  step();
  EXPECT_EQ(store->job(whole)->state, JobState::cancelled);
  ASSERT_THAT(jobs(), SizeIs(2));
  EXPECT_EQ(jobs().front().state, JobState::queued);
  EXPECT_THAT(jobs().front().submission.orthancSeriesIds, ElementsAre("a", "c"));
}

TEST_F(IntakeTest, ACrashBetweenTheEndOfAJobAndTheNextOverItsImagesLosesNothing) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  const std::string old = onlyJob().id;
  package = "new package";
  store->cancelForResource("a", "it was for a model package that was replaced");
  restart();
  step();
  EXPECT_EQ(store->job(old)->state, JobState::cancelled);
  ASSERT_THAT(jobs(), SizeIs(2));
  EXPECT_EQ(jobs().front().submission.packageSha256, "new package");
  restart();
  step();
  EXPECT_THAT(jobs(), SizeIs(2));
}

// --- what an operator has looked at again
// ----------------------------------------------------------

TEST_F(IntakeTest, ABackfillMakesJobsOfWhatIsNewBehindAllOthersAndLeavesWhatIsKnown) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  store->finishAnalysed(*store->claim("20260101"), {}, "{}");
  archive.addSeries("b", "other", 2, 3);
  archive.forgetUnstable();
  restart();
  store->setLastChange(archive.lastChange());
  intake->backfill({"a", "b", "gone"});
  step();
  ASSERT_THAT(jobs(), SizeIs(2));
  EXPECT_THAT(jobs().front().submission.orthancSeriesIds, ElementsAre("b"));
  EXPECT_EQ(jobs().front().submission.priority, backfillPriority);
  package = "another package";
  intake->backfill({"a"});
  step();
  ASSERT_THAT(jobs(), SizeIs(3));
  EXPECT_EQ(jobs().front().submission.packageSha256, "another package");
  archive.addImage("b");
  archive.becomeStable("b");
  step();
  EXPECT_EQ(jobs().front().submission.priority, 0) << "it is news, not backfill any more";
}

TEST_F(IntakeTest, WhatArrivesDoesNotWaitForALongBackfill) {
  std::vector<std::string> old;
  for (int i = 0; i < 60; ++i) {
    old.push_back("old" + std::to_string(i));
    archive.addSeries(old.back(), old.back(), 2, 1);
  }
  archive.forgetUnstable();
  restart();
  store->setLastChange(archive.lastChange());
  intake->backfill(old);
  step();
  EXPECT_THAT(jobs(), SizeIs(50));
  archive.addSeries("new", "study", 2, 1);
  archive.becomeStable("new");
  step();
  EXPECT_THAT(jobs(), SizeIs(61));
}

// --- what a rule asks for ----------------------------------------------------------------------

std::string ruleThat(const std::string& asks) {
  return R"({"schema": 1, "rules": [{"name": "mr", "when": [], "tasks": ["seg_cine_sax"], )" +
         asks + "}]}";
}

TEST_F(IntakeTest, AWishToLookAgainOutlivesTrouble) {
  useRules(R"({"schema": 1, "rules": [{"name": "none", "when": [], "skip": "not now"}]})");
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  step();
  useRules(everyMrSeries);
  archive.unreadableSeries = "a";
  intake->reconsider("a");
  step();
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  const std::string said = "series a could not be looked at, trying again later";
  EXPECT_EQ(log.find(said), log.rfind(said)) << "once is enough";
  archive.unreadableSeries.clear();
  step();
  EXPECT_THAT(onlyJob().submission.orthancSeriesIds, ElementsAre("a"));
}

TEST_F(IntakeTest, AWishToLookAgainOutlivesAJobThatCouldNotBeSubmitted) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  SqliteConnection database((folder / "jobs.sqlite").string(), "");
  database.execute(
      "CREATE TRIGGER poison BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'poison'); END");
  restart(1000);  // nothing of it is news
  intake->reconsider("a");
  step();
  EXPECT_THAT(jobs(), IsEmpty());
  database.execute("DROP TRIGGER poison");
  step();
  EXPECT_THAT(jobs(), SizeIs(1));
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
    intake->reconsiderStudy("study");
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
