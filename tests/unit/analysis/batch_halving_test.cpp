#include "analysis/batch_halving.h"

#include <gtest/gtest.h>

#include <array>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace cmr {
namespace {

using Parts = std::vector<std::pair<std::size_t, std::size_t>>;

bool isBadAlloc(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
}

// Takes at most `fitting` images at once and notes what was tried and what was done.
struct Machine {
  std::size_t fitting = 8;
  Parts tried = {};
  std::vector<std::size_t> done = {};

  void operator()(std::size_t first, std::size_t last) {
    tried.emplace_back(first, last);
    if (last - first > fitting) throw std::bad_alloc();
    for (std::size_t i = first; i < last; ++i) done.push_back(i);
  }
};

std::vector<std::size_t> upTo(std::size_t count) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(i);
  return all;
}

void runOn(Machine& machine, BatchHalving& batches, std::size_t count) {
  batches.forEach(count, [&](std::size_t first, std::size_t last) { machine(first, last); });
}

TEST(BatchHalving, RunsWholeBatchesWhileMemoryLasts) {
  BatchHalving batches(8, isBadAlloc);
  Machine machine;
  runOn(machine, batches, 19);
  EXPECT_EQ(machine.tried, (Parts{{0, 8}, {8, 16}, {16, 19}}));
  EXPECT_EQ(batches.counts().halvings, 0U);
}

TEST(BatchHalving, HalvesUntilItFitsAndLosesAndDoublesNothing) {
  for (std::size_t fitting = 1; fitting <= 8; ++fitting) {
    BatchHalving batches(8, isBadAlloc);
    Machine machine{fitting};
    runOn(machine, batches, 19);
    EXPECT_EQ(machine.done, upTo(19)) << fitting;
    EXPECT_LE(batches.size(), fitting);
  }
}

TEST(BatchHalving, RemembersTheSmallerSizeUntilAnotherJobBegins) {
  int released = 0;
  BatchHalving batches(8, isBadAlloc, [&] { ++released; });
  Machine machine{2};
  runOn(machine, batches, 8);
  EXPECT_EQ(machine.tried, (Parts{{0, 8}, {0, 4}, {0, 2}, {2, 4}, {4, 6}, {6, 8}}));
  EXPECT_EQ(released, 2);
  machine.tried.clear();
  runOn(machine, batches, 4);
  EXPECT_EQ(machine.tried, (Parts{{0, 2}, {2, 4}}));
  batches.begin();
  EXPECT_EQ(batches.size(), 8U);
  EXPECT_EQ(batches.counts().halvings, 2U);
}

TEST(BatchHalving, HalvesWhatReallyRanWhenFewerImagesThanABatchAreThere) {
  BatchHalving batches(8, isBadAlloc);
  Machine machine{1};
  runOn(machine, batches, 3);
  EXPECT_EQ(machine.tried, (Parts{{0, 3}, {0, 1}, {1, 2}, {2, 3}}));
}

TEST(BatchHalving, CountsBatchesByTheSizeThatTheyRanWith) {
  BatchHalving batches(64, isBadAlloc);
  Machine machine{40};
  runOn(machine, batches, 40);  // one above every bound
  runOn(machine, batches, 1);
  runOn(machine, batches, 64);  // two of 32
  EXPECT_EQ(batches.counts().ofClass, (std::array<std::uint64_t, 7>{1, 0, 0, 0, 0, 2, 1}));
  EXPECT_EQ(batches.counts().images, 105U);
  EXPECT_EQ(batches.counts().largest, 40U);
  EXPECT_EQ(batches.takeCounts().halvings, 1U);
  EXPECT_EQ(batches.counts(), BatchCounts{});
}

TEST(BatchHalving, SaysSoWhenOneImageDoesNotFit) {
  BatchHalving batches(4, isBadAlloc);
  Machine machine{0};
  EXPECT_THROW(runOn(machine, batches, 4), DeviceMemoryError);
  EXPECT_EQ(machine.tried, (Parts{{0, 4}, {0, 2}, {0, 1}}));
  EXPECT_TRUE(machine.done.empty());
}

TEST(BatchHalving, PassesOnEveryOtherErrorAtOnce) {
  BatchHalving batches(8, isBadAlloc);
  int calls = 0;
  const auto work = [&](std::size_t, std::size_t) {
    ++calls;
    throw InputError("no picture");
  };
  EXPECT_THROW(batches.forEach(8, work), InputError);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(batches.size(), 8U);
}

}  // namespace
}  // namespace cmr
