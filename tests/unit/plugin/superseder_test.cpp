#include "plugin/superseder.h"

#include <gmock/gmock.h>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
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
    Superseder(archive, *store, remove, logCallback()).removeOutdated();
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
    archive.extraTags["ManufacturerModelName"] = "Orthanc CMR";
  }
  std::string first;
  std::string second;
};

TEST_F(SupersederTest, EarlierResultsLeaveWhenThoseOfMoreImagesAreStored) {
  analyseTwice();
  removeOutdated();
  EXPECT_THAT(archive.removed, ElementsAre("results-0"));
  EXPECT_EQ(supersededBy(first), second);
  EXPECT_EQ(supersededBy(second), "");
  EXPECT_THAT(store->outdatedResults(), IsEmpty());
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
  archive.extraTags.clear();
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

}  // namespace
}  // namespace cmr
