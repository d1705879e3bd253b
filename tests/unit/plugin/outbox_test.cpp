#include "plugin/outbox.h"

#include <gmock/gmock.h>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OutboxTest : public ServiceFixture {
 protected:
  std::string submitAnalysed() {
    const std::string id = submit();
    const auto lease = store->claim("20200102030405");
    store->finishAnalysed(*lease,
                          {{ObjectKind::segmentation, "1.1", "2.1", "3.1", "seg"},
                           {ObjectKind::resultPage, "1.2", "2.2", "3.2", "page"},
                           {ObjectKind::structuredReport, "1.3", "2.3", "3.3", "report"}},
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

}  // namespace
}  // namespace cmr
