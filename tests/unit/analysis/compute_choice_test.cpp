#include "analysis/compute_choice.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

TEST(ComputeChoice, TakesTheProcessorWhenAskedAndWhenThereIsNoGpu) {
  EXPECT_EQ(deviceName(chooseDevice("cpu")), "cpu");
  const bool gpu = torch::cuda::is_available();
  EXPECT_EQ(deviceName(chooseDevice("auto")), gpu ? "cuda:0" : "cpu");
}

TEST(ComputeChoice, RefusesDevicesThatAreNotThereAndWordsThatNameNone) {
  for (const char* word : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", "cuda:99", ""}) {
    EXPECT_THROW(chooseDevice(word), InputError) << word;
  }
  if (!torch::cuda::is_available()) {
    try {
      chooseDevice("cuda");
      FAIL() << "a GPU where there is none";
    } catch (const InputError& e) {
      EXPECT_NE(std::string(e.what()).find("no CUDA device"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace cmr
