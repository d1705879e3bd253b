#include "plugin/outbox.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OutboxTest : public ServiceFixture {
 protected:
  std::string submitAnalysed(const std::string& seriesId = "a", const std::string& mark = "") {
    const std::string id = submit(seriesId);
    const auto lease = store->claim("20200102030405");
    store->finishAnalysed(
        *lease,
        {{ObjectKind::segmentation, "1.1", "2.1" + mark, "3.1", "seg" + mark},
         {ObjectKind::resultPage, "1.2", "2.2" + mark, "3.2", "page" + mark},
         {ObjectKind::structuredReport, "1.3", "2.3" + mark, "3.3", "report" + mark}},
        "{}");
    return id;
  }
  void storeAll() { Outbox(archive, *store, logCallback()).storeAll(stopper.get_token()); }
};

TEST_F(OutboxTest, AllObjectsAreStoredInOrderTheReportLast) {
  submitAnalysed();
  storeAll();
  EXPECT_THAT(archive.storedObjects(), ElementsAre("seg", "page", "report"));
  EXPECT_EQ(onlyJob().state, JobState::done);
}

TEST_F(OutboxTest, WhatIsStoredIsMarkedAsOurs) {
  submitAnalysed();
  storeAll();
  EXPECT_THAT(archive.markedOwn, Contains("series of report"));
}

TEST_F(OutboxTest, StoredAlreadyIsSuccess) {
  submitAnalysed();
  archive.store("seg");
  storeAll();
  EXPECT_THAT(archive.storedObjects(), ElementsAre("seg", "page", "report"));
  EXPECT_EQ(onlyJob().state, JobState::done);
}

TEST_F(OutboxTest, AnArchiveThatRefusesIsAskedAgainLater) {
  submitAnalysed();
  archive.refusesToStore = true;
  storeAll();
  EXPECT_EQ(onlyJob().state, JobState::storing);
  EXPECT_THAT(onlyJob().reason, HasSubstr("no space left"));
  archive.refusesToStore = false;
  storeAll();  // not due yet
  EXPECT_THAT(archive.storedObjects(), IsEmpty());
  nowMs += 1000000;
  storeAll();
  EXPECT_EQ(onlyJob().state, JobState::done);
}

TEST_F(OutboxTest, AJobWhoseSourceCannotBeReadDoesNotKeepTheOthersWaiting) {
  const std::string first = submitAnalysed();
  const std::string second = submitAnalysed("b", ".1");
  archive.unreadableSeries = "a";
  storeAll();
  EXPECT_EQ(store->job(first)->state, JobState::storing);
  EXPECT_THAT(store->job(first)->reason, HasSubstr("bad sector"));
  EXPECT_EQ(store->job(second)->state, JobState::done);
}

TEST_F(OutboxTest, WhatElseTheThreadDoesGoesOnWhenTheArchiveMakesTrouble) {
  int rounds = 0;
  Outbox outbox(
      archive, *store, logCallback(), [] { throw ResourceError("it refuses to remove"); },
      [&] { ++rounds; });
  EXPECT_FALSE(outbox.round(stopper.get_token()));
  EXPECT_EQ(rounds, 1);
  EXPECT_EQ(outbox.trouble(), "it refuses to remove");
}

TEST_F(OutboxTest, NothingIsStoredForADeletedSource) {
  submitAnalysed();
  archive.deleteSeries("a");
  storeAll();
  EXPECT_THAT(archive.storedObjects(), IsEmpty());
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
}

TEST_F(OutboxTest, AResultOfAnotherStudyIsTakenBackAndItsJobCancelled) {
  submitAnalysed();
  archive.storesInto = "another study";
  storeAll();
  EXPECT_THAT(archive.storedObjects(), IsEmpty());
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_THAT(onlyJob().reason, HasSubstr("another study"));
}

// A worker that was taken over could name another image's identity in the bytes.
TEST_F(OutboxTest, WhatIsNotWhatTheWorkerAnnouncedNeverReachesTheArchive) {
  submitAnalysed();
  archive.notOurs = "its SOPInstanceUID is another one";
  storeAll();
  EXPECT_THAT(archive.storedObjects(), IsEmpty());
  EXPECT_THAT(archive.removed, IsEmpty());
  EXPECT_EQ(onlyJob().state, JobState::cancelled);
  EXPECT_THAT(onlyJob().reason, HasSubstr("SOPInstanceUID is another one"));
}

}  // namespace
}  // namespace cmr
