// Series that are looked at again: after a rescan, when a job lost its source, as somebody asked.
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

// --- what a rescan comes upon: no line of the change log leads back to it ---

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

TEST_F(RescanTest, ASeriesThatIsDeletedBetweenTwoPagesHidesNoOther) {
  std::string last;
  for (int i = 0; i < 501; ++i) {
    last = "s" + std::to_string(1000 + i);
    archive.addSeries(last, "study " + last, 1, 1, "CT");
  }
  archive.forgetUnstable();
  archive.deletedBehindAPage = "s1000";
  startRescan();
  EXPECT_THAT(store->skippedSeries({last, "", 1, 0}), SizeIs(1));
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

// --- what is left of a job whose source is not whole any more ---

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

// --- what an operator has looked at again ---

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

}  // namespace
}  // namespace cmr
