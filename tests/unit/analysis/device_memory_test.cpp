#include "analysis/device_memory.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <new>
#include <stdexcept>

#include "analysis/batch_halving.h"

namespace cmr {
namespace {

TEST(DeviceMemory, KnowsWhatLibTorchThrowsWhenOrdinaryMemoryGivesOut) {
  // More than any address space holds: refused at once.
  constexpr std::int64_t tooMany = std::int64_t{1} << 50;
  try {
    torch::empty({tooMany});
    FAIL() << "so much memory cannot be there";
  } catch (const std::exception& error) {
    EXPECT_TRUE(isOutOfMemory(error)) << error.what();
  }
}

TEST(DeviceMemory, KnowsOtherErrorsFromWantOfMemory) {
  EXPECT_TRUE(isOutOfMemory(std::bad_alloc()));
  EXPECT_FALSE(isOutOfMemory(std::runtime_error("out of memory")));
  try {
    torch::matmul(torch::ones({2, 3}), torch::ones({2, 3}));
    FAIL() << "these do not fit together";
  } catch (const std::exception& error) {
    EXPECT_FALSE(isOutOfMemory(error)) << error.what();
  }
}

TEST(DeviceMemory, LetsABatchBeHalvedUntilItFits) {
  BatchHalving batches(8, isOutOfMemory);
  std::size_t done = 0;
  batches.forEach(8, [&](std::size_t first, std::size_t last) {
    const bool fits = last - first <= 2;
    torch::empty({fits ? 1 : std::int64_t{1} << 50});
    done += last - first;
  });
  EXPECT_EQ(done, 8U);
  EXPECT_EQ(batches.size(), 2U);
}

}  // namespace
}  // namespace cmr
