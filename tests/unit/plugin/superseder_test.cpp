#include "plugin/superseder.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SupersederTest : public ServiceFixture {
 protected:
  SupersederTest() { archive.addSeries("results", "study", 1, 3, "SEG"); }

  // A job over what the series holds now, analysed and stored.
  std::string analyse(const std::string& seriesId, const std::string& uid) {
    const std::string id = planner->analyze(seriesId).jobId;
    store->finishAnalysed(*store->claim("20200102030405"),
                          {{ObjectKind::segmentation, "1.1", uid, uid + ".1", uid}}, "{}");
    store->markStored(id, 0);
    return id;
  }
  void removeOutdated(bool remove = true) {
    // Of every object, so only while nothing else is looked at.
    if (writtenByUs) archive.extraTags["ManufacturerModelName"] = "Orthanc CMR";
    Superseder(archive, *store, remove, logCallback()).removeOutdated();
    archive.extraTags.clear();
  }
  std::string supersededBy(const std::string& id) { return store->job(id)->supersededBy; }

  // The first three images, then a fourth.
  void analyseTwice() {
    archive.addSeries("a", "study", 1, 3);
    first = analyse("a", "2.1");
    archive.addImage("a");
    second = analyse("a", "2.2");
    archive.instancesByUid["2.1"] = {"results-0"};
    archive.instancesByUid["2.2"] = {"results-1"};
  }
  // A complete set of the first job; another object waits in the archive to be called the second's.
  void twoStoredResults() {
    archive.addSeries("a", "study", 2, 3);
    first = analyse("a", "2.1");
    archive.instancesByUid["2.1"] = {"results-0"};
    archive.instancesByUid["2.2"] = {"results-1"};
  }
  void startAnew(const std::string& id, const std::vector<std::string>& uids) {
    store->retry(id);
    std::vector<ProducedObject> objects;
    for (const std::string& uid : uids) {
      objects.push_back({ObjectKind::segmentation, "1.1", uid, uid + ".1", uid});
    }
    store->finishAnalysed(*store->claim("20200102030405"), objects, "{}");
  }
  bool writtenByUs = true;
  std::string first;
  std::string second;
};

// It looks at what was done since it looked last.
TEST_F(SupersederTest, NoLaterSetIsMissedFromRoundToRound) {
  Superseder superseder(archive, *store, true, logCallback());
  archive.addSeries("a", "study", 1, 3);
  first = analyse("a", "2.1");
  superseder.removeOutdated();
  archive.addImage("a");
  second = analyse("a", "2.2");
  superseder.removeOutdated();
  superseder.removeOutdated();
  EXPECT_EQ(supersededBy(first), second);
  store->retry(first);
  superseder.removeOutdated();
  EXPECT_EQ(supersededBy(second), "");
  store->finishAnalysed(*store->claim("20200102030405"),
                        {{ObjectKind::segmentation, "1.1", "2.3", "2.4", "2.3"}}, "{}");
  store->markStored(first, 0);
  superseder.removeOutdated();
  EXPECT_EQ(supersededBy(second), first);
  EXPECT_EQ(supersededBy(first), "");
}

TEST_F(SupersederTest, EarlierResultsLeaveWhenThoseOfMoreImagesAreStored) {
  analyseTwice();
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_EQ(supersededBy(first), second);
  EXPECT_EQ(supersededBy(second), "");
  EXPECT_THAT(store->outdatedResults(), IsEmpty());
}

// As after an image was deleted again, or a package or rules were taken back.
TEST_F(SupersederTest, WhenWhatWasSupersededIsSubmittedAgainItTakesItsPlaceBack) {
  analyseTwice();
  removeOutdated();
  const JobSubmission earlier = store->job(first)->submission;
  EXPECT_TRUE(store->submit(earlier).created);
  EXPECT_EQ(store->job(first)->state, JobState::queued);
  EXPECT_FALSE(store->submit(earlier).created) << "it is on its way";
  store->finishAnalysed(*store->claim("20200102030405"),
                        {{ObjectKind::segmentation, "1.1", "2.1", "2.1.1", "2.1"}}, "{}");
  store->markStored(first, 0);
  removeOutdated();
  EXPECT_EQ(supersededBy(second), first);
  EXPECT_EQ(supersededBy(first), "");
  EXPECT_FALSE(store->submit(earlier).created);
}

TEST_F(SupersederTest, AnObjectThatCannotBeRemovedDoesNotKeepTheOthers) {
  analyseTwice();
  archive.addSeries("b", "study", 1, 3);
  analyse("b", "2.3");
  archive.addImage("b");
  analyse("b", "2.4");
  archive.instancesByUid["2.3"] = {"results-2"};
  archive.refusesToRemove = "results-0";
  EXPECT_THROW(removeOutdated(), ResourceError);
  EXPECT_THAT(archive.removed, ElementsAre("results-2"));
  EXPECT_EQ(supersededBy(first), "");
  archive.refusesToRemove.clear();
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-2", "results-0"));
  EXPECT_EQ(supersededBy(first), second);
}

TEST_F(SupersederTest, TheyStayUntilTheLaterOnesAreStored) {
  archive.addSeries("a", "study", 1, 3);
  first = analyse("a", "2.1");
  archive.addImage("a");
  planner->analyze("a");
  removeOutdated();
  EXPECT_EQ(supersededBy(first), "");
}

TEST_F(SupersederTest, KeepingThemOnlyNotesIt) {
  analyseTwice();
  removeOutdated(false);
  EXPECT_THAT(archive.removed, IsEmpty());
  EXPECT_EQ(supersededBy(first), second);
}

TEST_F(SupersederTest, NothingThatWeDidNotWriteIsDeletedWhateverItsIdentifier) {
  analyseTwice();
  writtenByUs = false;
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
}

TEST_F(SupersederTest, NothingOfAnotherStudyIsDeleted) {
  analyseTwice();
  archive.addSeries("elsewhere", "another", 1, 1, "SEG");
  archive.instancesByUid["2.1"] = {"elsewhere-0"};
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
}

TEST_F(SupersederTest, ResultsOfAnotherSeriesStay) {
  archive.addSeries("a", "study", 2, 3);
  archive.addSeries("b", "study", 2, 3);
  first = analyse("a", "2.1");
  second = analyse("b", "2.2");
  removeOutdated();
  EXPECT_EQ(supersededBy(first), "");
  EXPECT_EQ(supersededBy(second), "");
}

TEST_F(SupersederTest, AGroupThatGrewSupersedesTheSmallerOne) {
  archive.addSeries("a", "study", 1, 3);
  first = analyse("a", "2.1");
  archive.addSeries("b", "study", 1, 3);
  second = analyse("b", "2.2");
  ASSERT_THAT(store->job(second)->submission.orthancSeriesIds, SizeIs(2));
  removeOutdated();
  EXPECT_EQ(supersededBy(first), second);
}

// The archive refuses the first set for a while; a late image makes another one meanwhile.
TEST_F(SupersederTest, ASetThatWasRefusedIsNotStoredOverOneOfLaterImages) {
  archive.addSeries("a", "study", 1, 3);
  first = planner->analyze("a").jobId;
  store->finishAnalysed(*store->claim("20200102030405"),
                        {{ObjectKind::segmentation, "1.1", "2.1", "2.1.1", "2.1"}}, "{}");
  store->deferStoring(first, "the archive is full");
  archive.addImage("a");
  second = planner->analyze("a").jobId;
  ASSERT_EQ(store->job(first)->state, JobState::storing);  // better than none so far
  const Lease lease = *store->claim("20200102030405");
  store->finishAnalysed(lease, {{ObjectKind::segmentation, "1.1", "2.2", "2.2.1", "2.2"}}, "{}");
  EXPECT_EQ(store->job(first)->state, JobState::cancelled);
  nowMs += 10000000;
  ASSERT_THAT(store->pendingObjects(4), SizeIs(1));
  EXPECT_EQ(store->pendingObjects(4)[0].jobId, second);
  store->markStored(second, 0);
  archive.instancesByUid["2.1"] = {"results-0"};  // it had arrived, and nobody had noted it
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_EQ(supersededBy(second), "");
}

TEST_F(SupersederTest, ThePackageOfBeforeIsNotOutrunByAJobThatWaitedForTheOther) {
  twoStoredResults();
  package = "new package";
  second = planner->analyze("a").jobId;
  package = "package";
  EXPECT_EQ(planner->analyze("a").jobId, first);
  EXPECT_EQ(store->job(first)->state, JobState::queued);  // as somebody asked for it
  EXPECT_EQ(store->job(second)->state, JobState::cancelled);
  package = "new package";
  EXPECT_EQ(planner->analyze("a").jobId, second);
  EXPECT_EQ(store->job(second)->state, JobState::queued);
  EXPECT_EQ(store->job(first)->state, JobState::cancelled);
}

TEST_F(SupersederTest, TheJobThatWasDoneLastSupersedesEvenWhenItIsTheOlderOne) {
  analyseTwice();
  removeOutdated();
  store->retry(first);
  store->finishAnalysed(*store->claim("20200102030405"),
                        {{ObjectKind::segmentation, "1.1", "2.1", "2.1.1", "2.1"}}, "{}");
  store->markStored(first, 0);
  removeOutdated();
  EXPECT_EQ(supersededBy(first), "");
  EXPECT_EQ(supersededBy(second), first);
}

TEST_F(SupersederTest, AnotherPackageOverTheSameImagesLeavesOneSet) {
  twoStoredResults();
  package = "new package";
  second = analyse("a", "2.2");
  EXPECT_NE(first, second);
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_EQ(supersededBy(first), second);
}

TEST_F(SupersederTest, TheFirstPackageAgainLeavesItsSetAlone) {
  twoStoredResults();
  package = "new package";
  second = analyse("a", "2.2");
  removeOutdated();
  archive.removed.clear();
  package = "package";
  EXPECT_EQ(analyse("a", "2.1"), first);
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-1"));
  EXPECT_EQ(supersededBy(first), "");
  EXPECT_EQ(supersededBy(second), first);
}

TEST_F(SupersederTest, TheSameJobWithOtherObjectsLeavesOneSet) {
  twoStoredResults();
  EXPECT_EQ(analyse("a", "2.2"), first);  // another setting of the site: the key does not know it
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_EQ(supersededBy(first), "");
  EXPECT_THAT(store->outdatedResults(), IsEmpty());
}

TEST_F(SupersederTest, TheSameJobWithTheSameObjectsRemovesNothing) {
  twoStoredResults();
  EXPECT_EQ(analyse("a", "2.1"), first);
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
  EXPECT_THAT(store->outdatedResults(), IsEmpty());
}

TEST_F(SupersederTest, ASetStaysUntilTheNextRunOfItsJobIsStored) {
  twoStoredResults();
  store->retry(first);
  removeOutdated();
  store->finishFailed(*store->claim("20200102030405"), "no memory");
  removeOutdated();
  store->cancel(first, "by hand");
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
  analyse("a", "2.2");
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
}

TEST_F(SupersederTest, ASetOfAJobThatWaitsForItsNextRunLeavesWhenALaterJobIsStored) {
  twoStoredResults();
  store->retry(first);
  store->cancel(first, "by hand");
  package = "new package";
  second = analyse("a", "2.2");
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_THAT(store->outdatedResults(), IsEmpty());
}

TEST_F(SupersederTest, APartOfANewRunLeavesWithItsEarlierSetWhenALaterJobHasASetMeanwhile) {
  twoStoredResults();
  startAnew(first, {"2.5", "2.6"});
  store->markStored(first, 0);
  archive.instancesByUid["2.5"] = {"results-2"};
  archive.addImage("a");
  second = analyse("a", "2.2");
  store->markStored(first, 1);  // it came too late
  removeOutdated();
  EXPECT_EQ(store->job(first)->state, JobState::cancelled);
  EXPECT_THAT(archive.removed, ElementsAre("results-0", "results-2"));
  EXPECT_EQ(supersededBy(second), "");
}

TEST_F(SupersederTest, APartOfANewRunLeavesWhenItsJobIsCancelledThoughItWasSupersededBefore) {
  analyseTwice();
  removeOutdated();
  startAnew(first, {"2.5", "2.6"});
  store->markStored(first, 0);
  archive.instancesByUid["2.5"] = {"results-2"};
  store->cancel(first, "by an operator");
  removeOutdated();
  EXPECT_THAT(archive.removed, Contains("results-2"));
  EXPECT_THAT(archive.removed, Not(Contains("results-1")));  // the later job's
}

TEST_F(SupersederTest, ADryRunSupersedesNothing) {
  twoStoredResults();
  package = "new package";
  second = planner->analyze("a").jobId;
  store->finishAnalysed(*store->claim("20200102030405"), {}, "{}");
  store->retry(first);
  store->finishAnalysed(*store->claim("20200102030405"), {}, "{}");
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
}

// The first object of two reached the archive; whether it was noted does not matter.
TEST_F(SupersederTest, APartOfASetLeavesWhenItsJobIsCancelled) {
  for (const bool noted : {true, false}) {
    SCOPED_TRACE(noted);
    const std::string name = noted ? "a" : "b";
    archive.addSeries(name, "study", 2, 3);
    const std::string id = planner->analyze(name).jobId;
    store->finishAnalysed(*store->claim("20200102030405"),
                          {{ObjectKind::segmentation, "1.1", name + ".1", "1", "seg"},
                           {ObjectKind::structuredReport, "1.2", name + ".2", "2", "sr"}},
                          "{}");
    archive.instancesByUid[name + ".1"] = {"results-0"};
    if (noted) store->markStored(id, 0);
    store->cancel(id, "by hand");
    EXPECT_TRUE(store->hasInterruptedSets());
    archive.removed.clear();
    removeOutdated(false);
    EXPECT_THAT(archive.removed, ElementsAre("results-0"));
    EXPECT_FALSE(store->hasInterruptedSets());
  }
}

TEST_F(SupersederTest, APartOfASetThatIsWholeAgainStays) {
  twoStoredResults();
  store->retry(first);  // and its objects come out the same
  store->finishAnalysed(*store->claim("20200102030405"),
                        {{ObjectKind::segmentation, "1.1", "2.1", "2.1.1", "2.1"}}, "{}");
  store->cancel(first, "by hand");
  removeOutdated();
  EXPECT_THAT(archive.removed, IsEmpty());
}

}  // namespace
}  // namespace cmr
