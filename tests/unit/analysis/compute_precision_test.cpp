#include "analysis/compute_precision.h"

#include <gtest/gtest.h>

#include "analysis/network.h"
#include "analysis/network_presets.h"

namespace cmr {
namespace {

// Weights as a package stores them: bfloat16 values, held in float32.
Network asFromAPackage(const char* architecture) {
  torch::manual_seed(5);
  Network network(geometryByName(architecture));
  const torch::NoGradGuard guard;
  for (auto& item : network->named_parameters()) {
    item.value().copy_(item.value().to(torch::kBFloat16).to(torch::kFloat32));
  }
  network->eval();
  return network;
}

class HeldWeights : public testing::TestWithParam<const char*> {};

TEST_P(HeldWeights, GiveTheSameBitsAsWeightsConvertedInEveryPass) {
  const torch::InferenceMode guard;
  Network network = asFromAPackage(GetParam());
  const torch::Tensor images = torch::rand({2, 1, 64, 64});
  const torch::Tensor logits = network->segment(images, ComputePrecision::bfloat16);
  const torch::Tensor where = network->locate(images, ComputePrecision::bfloat16);
  holdWeightsIn(*network, ComputePrecision::bfloat16);
  EXPECT_TRUE(torch::equal(network->segment(images, ComputePrecision::bfloat16), logits));
  EXPECT_TRUE(torch::equal(network->locate(images, ComputePrecision::bfloat16), where));
}

INSTANTIATE_TEST_SUITE_P(Architectures, HeldWeights, testing::Values("vit-s8", "unet"),
                         [](const testing::TestParamInfo<const char*>& architecture) {
                           return std::string(architecture.param) == "unet" ? "Unet" : "Vit";
                         });

TEST(HoldWeights, ConvertsProductsAndLeavesNormsAndPositionsInFloat32) {
  const torch::InferenceMode guard;
  Network network = asFromAPackage("vit-s8");
  holdWeightsIn(*network, ComputePrecision::bfloat16);
  int converted = 0;
  for (const auto& item : network->named_parameters()) {
    const std::string& name = item.key();
    const bool kept = name.find("norm") != std::string::npos ||
                      name.find("cls_token") != std::string::npos ||
                      name.find("pos_embed") != std::string::npos;
    EXPECT_EQ(item.value().scalar_type(), kept ? torch::kFloat32 : torch::kBFloat16) << name;
    converted += kept ? 0 : 1;
  }
  EXPECT_GT(converted, 50);
}

TEST(HoldWeights, ConvertsOnceSoThatAPassUsesTheHeldTensorItself) {
  torch::nn::Linear layer(4, 3);
  holdWeightsIn(*layer, ComputePrecision::bfloat16);
  EXPECT_TRUE(toCompute(layer->weight, ComputePrecision::bfloat16).is_same(layer->weight));
}

}  // namespace
}  // namespace cmr
