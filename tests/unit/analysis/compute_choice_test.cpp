#include "analysis/compute_choice.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

// LibTorch as on a processor that oneDNN has no products of bfloat16 for.
class WithoutOneDnn {
 public:
  WithoutOneDnn() { at::globalContext().setUserEnabledMkldnn(false); }
  ~WithoutOneDnn() { at::globalContext().setUserEnabledMkldnn(was_); }
  WithoutOneDnn(const WithoutOneDnn&) = delete;
  WithoutOneDnn& operator=(const WithoutOneDnn&) = delete;

 private:
  bool was_ = at::globalContext().userEnabledMkldnn();
};

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

TEST(ComputeChoice, TakesFloat32ByItselfWhereProductsOfBfloat16LoseDigits) {
  const WithoutOneDnn guard;
  if (sumsBfloat16InFloat()) GTEST_SKIP() << "this LibTorch sums in float32 by itself";
  EXPECT_EQ(choosePrecision("auto"), ComputePrecision::float32);
  EXPECT_EQ(choosePrecision("bfloat16"), ComputePrecision::bfloat16) << "taken as said";
}

}  // namespace
}  // namespace cmr
