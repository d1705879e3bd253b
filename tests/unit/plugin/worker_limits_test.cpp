#include "plugin/worker_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/worker_trouble.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

TEST(WorkerLimits, TheNextWorkerWaitsTwiceAsLongWithEachFailureUpToAnEnd) {
  const auto after = [](int failures) {
    return backOffAfter(failures, milliseconds(1000), milliseconds(5000)).count();
  };
  EXPECT_EQ(after(0), 0);
  EXPECT_EQ(after(1), 0) << "a first failure may be an accident";
  EXPECT_EQ(after(2), 1000);
  EXPECT_EQ(after(3), 2000);
  EXPECT_EQ(after(4), 4000);
  EXPECT_EQ(after(5), 5000);
  EXPECT_EQ(after(2'000'000'000), 5000);
}

TEST(WorkerLimits, MemoryAboveTheCeilingIsTroubleAndWithoutOneNever) {
  const std::uint64_t mebi = 1 << 20;
  checkResidentMemory(7 * mebi, 7 * mebi);
  checkResidentMemory(7 * mebi, 0);
  try {
    checkResidentMemory(8 * mebi, 7 * mebi);
    ADD_FAILURE() << "not noticed";
  } catch (const WorkerTrouble& trouble) {
    EXPECT_EQ(trouble.cause(), FailureCause::memory);
    EXPECT_THAT(trouble.what(), testing::HasSubstr("8 MiB, above WorkerMemoryMiB (7 MiB)"));
  }
}

TEST(WorkerLimits, SilenceIsTroubleUnlessNobodyListened) {
  WorkerPatience patience(std::chrono::seconds(3600), milliseconds(0), "to answer");
  const auto causeNow = [&patience](bool heard) {
    try {
      patience.check(heard, FailureCause::deadline);
    } catch (const WorkerTrouble& trouble) {
      return trouble.cause();
    }
    return FailureCause::other;
  };
  patience.nobodyListened(std::chrono::seconds(60));
  EXPECT_EQ(causeNow(false), FailureCause::other);
  EXPECT_EQ(causeNow(true), FailureCause::other);
  FailureCause cause = FailureCause::other;
  for (int i = 0; i < 1'000'000'000 && cause == FailureCause::other; ++i) cause = causeNow(false);
  EXPECT_EQ(cause, FailureCause::silence) << "as soon as the clock has moved";
  WorkerPatience none(std::chrono::seconds(0), milliseconds(1000), "to start");
  try {
    none.check(true, FailureCause::start);
    ADD_FAILURE() << "took too long";
  } catch (const WorkerTrouble& trouble) {
    EXPECT_EQ(trouble.cause(), FailureCause::start);
    EXPECT_THAT(trouble.what(), testing::HasSubstr("longer than 0 s to start"));
  }
}

}  // namespace
}  // namespace cmr
