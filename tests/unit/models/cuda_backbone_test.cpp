// The backbone's own kernels on a GPU give what LibTorch's give on the CPU. Without a CUDA device
// that LibTorch sees, the tests say so and are skipped.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "analysis/token_stream.h"
#include "analysis/vit.h"

namespace cmr {
namespace {

#define REQUIRE_CUDA() \
  if (!torch::cuda::is_available()) GTEST_SKIP() << "LibTorch sees no CUDA device here"

double relativeDifference(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor expected = b.cpu().to(torch::kFloat64);
  return ((a.cpu().to(torch::kFloat64) - expected).norm() / expected.norm()).item<double>();
}

torch::nn::LayerNorm randomNorm(std::int64_t width) {
  torch::nn::LayerNorm norm(torch::nn::LayerNormOptions({width}).eps(1e-6));
  const torch::NoGradGuard guard;
  norm->weight.normal_(1, 0.2);
  norm->bias.normal_(0, 0.2);
  return norm;
}

VitGeometry smallGeometry(int depth) {
  VitGeometry geometry;
  geometry.width = 128;
  geometry.heads = 2;
  geometry.depth = depth;
  return geometry;
}

// Widths of the kernel and one that it does not take; a number of rows that fills no block; tokens
// far from zero, where a sum of squares would cancel.
TEST(CudaBackbone, SumAndNormAreThoseOfTheCpu) {
  REQUIRE_CUDA();
  const torch::InferenceMode guard;
  torch::manual_seed(21);
  for (const std::int64_t width : {128, 192, 384, 768, 1024}) {
    for (const double offset : {0.0, 30.0}) {
      torch::nn::LayerNorm norm = randomNorm(width);
      const torch::Tensor tokens = (torch::randn({3, 17, width}) + offset).to(torch::kBFloat16);
      const torch::Tensor branch = torch::randn({3, 17, width}).to(torch::kBFloat16);
      const torch::Tensor sum = (tokens + branch).to(torch::kFloat64);
      const torch::Tensor centred = sum - sum.mean(-1, true);
      const torch::Tensor expected =
          centred / (centred.square().mean(-1, true) + 1e-6).sqrt() * norm->weight + norm->bias;
      norm->to(torch::kCUDA);
      const torch::Tensor onGpu = tokens.to(torch::kCUDA);
      TokenStream stream(onGpu);
      stream.add(branch.to(torch::kCUDA));
      EXPECT_LT(relativeDifference(stream.normed(norm), expected), 5e-3) << width << " " << offset;
      EXPECT_TRUE(torch::equal(stream.sum().cpu(), tokens + branch)) << width << " " << offset;
      EXPECT_TRUE(torch::equal(onGpu.cpu(), tokens)) << "what was handed in was written to";
      EXPECT_TRUE(torch::equal(stream.normed(norm), stream.normed(norm)));
    }
  }
}

TEST(CudaBackbone, TokensOfEveryLayerAreThoseOfTheCpu) {
  REQUIRE_CUDA();
  torch::manual_seed(22);
  Vit vit(smallGeometry(4));
  vit->eval();
  const torch::InferenceMode guard;
  const torch::Tensor images = torch::rand({2, 1, 96, 64});
  const TokenLevels onCpu = vit->forwardLevels(images, {2, 3}, ComputePrecision::float32);
  vit->to(torch::kCUDA);
  for (const auto& [layer, tokens] :
       vit->forwardLevels(images.to(torch::kCUDA), {2, 3}, ComputePrecision::float32)) {
    EXPECT_LT(relativeDifference(tokens, onCpu.at(layer)), 1e-3) << "float32, layer " << layer;
  }
  holdWeightsIn(*vit, ComputePrecision::bfloat16);
  const TokenLevels onGpu = vit->forwardLevels(images, {2, 3}, ComputePrecision::bfloat16);
  EXPECT_EQ(onGpu.size(), onCpu.size());
  for (const auto& [layer, tokens] : onGpu) {
    EXPECT_LT(relativeDifference(tokens, onCpu.at(layer)), 0.02) << "bfloat16, layer " << layer;
  }
}

TEST(CudaBackbone, LearnsThroughTheSameTokensThatItReads) {
  REQUIRE_CUDA();
  torch::manual_seed(23);
  Vit vit(smallGeometry(3));
  vit->to(torch::kCUDA);
  vit->eval();
  const torch::Tensor images = torch::rand({2, 1, 64, 64}, torch::kCUDA);
  const torch::Tensor learned = vit->forwardTokens(images, ComputePrecision::bfloat16);
  learned.sum().backward();
  for (const auto& parameter : vit->parameters()) EXPECT_TRUE(parameter.grad().defined());
  const torch::NoGradGuard guard;
  EXPECT_LT(
      relativeDifference(vit->forwardTokens(images, ComputePrecision::bfloat16), learned.detach()),
      0.02);
}

}  // namespace
}  // namespace cmr
