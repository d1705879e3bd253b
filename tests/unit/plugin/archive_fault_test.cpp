// The N-th call into the archive fails, for N = 1, 2, ... until a run passes untouched: once or
// for a while, refused or done without an answer. In the end the archive holds what it would have
// held without the fault.
#include <gtest/gtest.h>

#include "tests/support/job_store_check.h"
#include "tests/unit/plugin/unthreaded_service.h"

namespace cmr {
namespace {

constexpr int mostCalls = 3000;

// A study comes, a late image, another series; then one is asked for again with other settings.
bool live(UnthreadedService& service) {
  service.arrive("a");
  bool rested = service.settle();
  service.arriveLate("a");
  rested = service.settle() && rested;
  service.arrive("b");
  rested = service.settle() && rested;
  service.siteSettings = "second";
  service.store->retry(service.store->list({}).front().id);
  return service.settle() && rested;
}

std::string untroubled() {
  UnthreadedService service;
  EXPECT_TRUE(live(service));
  EXPECT_EQ(service.real.storedObjects().size(), 4U);  // a set for each series
  EXPECT_EQ(service.real.removed.size(), 4U);          // the earlier set of each
  return service.seen();
}

// Runs with the first, second, ... call failing; returns how many runs met their fault.
int sweep(int calls, FaultyArchive::How how, bool onlyStores) {
  const std::string expected = untroubled();
  for (int call = 1; call <= mostCalls; ++call) {
    SCOPED_TRACE("call " + std::to_string(call) + " fails");
    UnthreadedService service;
    service.archive.failAt(call, calls, how, onlyStores);
    EXPECT_TRUE(live(service));
    EXPECT_EQ(service.seen(), expected);
    EXPECT_EQ(test::brokenInvariants(service.path()), "");
    if (::testing::Test::HasFailure() || !service.archive.failed()) return call - 1;
  }
  return mostCalls;
}

TEST(ArchiveFaults, AStoreThatIsRefusedComesAgainAndIsThereOnce) {
  EXPECT_EQ(sweep(1, FaultyArchive::How::refused, true), 8);
}

TEST(ArchiveFaults, AStoreWhoseAnswerIsLostIsThereOnce) {
  EXPECT_EQ(sweep(1, FaultyArchive::How::answerLost, true), 8);
}

TEST(ArchiveFaults, StoresThatAreRefusedForAWhileComeInTheEnd) {
  EXPECT_GE(sweep(5, FaultyArchive::How::refused, true), 8);
}

TEST(ArchiveFaults, WhateverCallIsRefusedTheArchiveHoldsTheSameInTheEnd) {
  EXPECT_GT(sweep(1, FaultyArchive::How::refused, false), 100);
}

TEST(ArchiveFaults, WhateverAnswerIsLostTheArchiveHoldsTheSameInTheEnd) {
  EXPECT_GT(sweep(1, FaultyArchive::How::answerLost, false), 100);
}

TEST(ArchiveFaults, AnArchiveThatRefusesForAWhileIsServedInTheEnd) {
  EXPECT_GT(sweep(7, FaultyArchive::How::refused, false), 100);
}

}  // namespace
}  // namespace cmr
