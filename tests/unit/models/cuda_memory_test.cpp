// A GPU whose memory is full but for a hole: the batch is halved until it fits there. Without a
// CUDA device that LibTorch sees, the test says so and is skipped.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <exception>
#include <vector>

#include "analysis/batch_halving.h"
#include "analysis/device_memory.h"

namespace cmr {
namespace {

constexpr std::int64_t mebi = std::int64_t{1} << 20;

torch::Tensor takeBytes(std::int64_t bytes) {
  return torch::empty({bytes}, torch::TensorOptions().dtype(torch::kUInt8).device(torch::kCUDA));
}

// All that can be taken, in blocks of shrinking size.
std::vector<torch::Tensor> takeEverything() {
  std::vector<torch::Tensor> taken;
  for (std::int64_t block = 4096 * mebi; block >= 64 * mebi;) {
    try {
      taken.push_back(takeBytes(block));
    } catch (const std::exception& error) {
      if (!isOutOfMemory(error)) throw;
      block /= 2;
    }
  }
  return taken;
}

TEST(CudaMemory, HalvesTheBatchThatDoesNotFitAndGoesOn) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "LibTorch sees no CUDA device here";
  // Given back below, so that 512 MiB are free whatever else the device holds.
  torch::Tensor hole = takeBytes(512 * mebi);
  const std::vector<torch::Tensor> taken = takeEverything();
  hole = torch::Tensor();
  BatchHalving batches(8, isOutOfMemory);
  std::size_t done = 0;
  batches.forEach(20, [&](std::size_t first, std::size_t last) {
    ASSERT_EQ(first, done);
    const torch::Tensor images = takeBytes(static_cast<std::int64_t>(last - first) * 200 * mebi);
    EXPECT_TRUE(images.is_cuda());
    done = last;
  });
  EXPECT_EQ(done, 20U);
  EXPECT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches.counts().halvings, 2U);
}

}  // namespace
}  // namespace cmr
