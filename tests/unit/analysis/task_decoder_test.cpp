#include "analysis/task_decoder.h"

#include <gtest/gtest.h>

#include "analysis/errors.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

constexpr auto float32 = ComputePrecision::float32;

torch::Tensor seededImages() {
  torch::manual_seed(3);
  return torch::rand({2, 1, tinySize, tinySize});
}

torch::Tensor logitsOf(DenseHead& head, Network& network, const torch::Tensor& images,
                       ComputePrecision precision = float32) {
  return head(head->readImages(images, precision), network->readLevels(images, precision),
              precision);
}

// Stands for training: every parameter becomes another.
void disturb(torch::nn::Module& module) {
  const torch::NoGradGuard guard;
  for (auto& p : module.parameters()) p.add_(torch::randn_like(p), 0.1);
}

TEST(SharedDecoder, BeginsByComputingWhatItsTrunkDoesBitForBit) {
  const torch::InferenceMode guard;
  Network network = seededNetwork(tinyVit());
  const torch::Tensor images = seededImages();
  for (const auto precision : {float32, ComputePrecision::bfloat16}) {
    const torch::Tensor own = network->segment(images, precision);
    for (const std::vector<std::string>& blocks :
         {std::vector<std::string>{}, {"up1"}, {"fuse", "image1", "up2", "up1"}}) {
      DenseHead head(network->trunk(), SharedDecoderGeometry{4, blocks});
      EXPECT_TRUE(torch::equal(logitsOf(head, network, images, precision), own)) << blocks.size();
    }
  }
}

TEST(SharedDecoder, ChangesNothingOfTheTrunkWhateverItsOwnParametersBecome) {
  const torch::InferenceMode guard;
  Network network = seededNetwork(tinyVit());
  const torch::Tensor images = seededImages();
  const torch::Tensor before = network->segment(images, float32);
  DenseHead head(network->trunk(), SharedDecoderGeometry{4, {"up1"}});
  disturb(*head);
  EXPECT_FALSE(torch::equal(logitsOf(head, network, images), before));
  EXPECT_TRUE(torch::equal(network->segment(images, float32), before));
}

TEST(SharedDecoder, SendsItsGradientToItsOwnParametersAlone) {
  Network network = seededNetwork(tinyVit());
  for (auto& p : network->parameters()) p.set_requires_grad(false);
  DenseHead head(network->trunk(), SharedDecoderGeometry{6, {"up1"}});
  logitsOf(head, network, seededImages()).square().mean().backward();
  for (const auto& item : head->named_parameters()) {
    EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
  for (const auto& item : network->named_parameters()) {
    EXPECT_FALSE(item.value().grad().defined()) << item.key();
  }
}

TEST(SharedDecoder, OwnsTheNormsOfAllBlocksTheConvolutionsOfSomeAndItsOutputs) {
  Network network = seededNetwork(tinyVit());
  DenseHead head(network->trunk(), SharedDecoderGeometry{6, {"up1"}});
  const auto parameters = head->named_parameters();
  EXPECT_TRUE(parameters.contains("image1.norm1.weight"));
  EXPECT_TRUE(parameters.contains("up1.conv1.weight"));
  EXPECT_EQ(parameters["classify.weight"].size(0), 6);
  for (const char* shared : {"image1.conv1.weight", "up2.conv1.weight", "project0.weight",
                             "context.weight", "fuse.conv2.weight"}) {
    EXPECT_FALSE(parameters.contains(shared)) << shared;
  }
}

TEST(SharedDecoder, NamesABlockThatThereIsNotAndATrunkThatThereIsNot) {
  Network network = seededNetwork(tinyVit());
  EXPECT_THROW(DenseHead(network->trunk(), SharedDecoderGeometry{4, {"up8"}}), PackageError);
  EXPECT_THROW(seededNetwork(tinyUnet())->trunk(), PackageError);
}

TEST(HeatMaps, AreProbabilitiesThatLeaveRoomForNowhere) {
  torch::Tensor logits = torch::full({1, 2, 8, 8}, -30.0);
  logits[0][1][3][4] = 5;
  const torch::Tensor maps = heatMaps(logits);
  EXPECT_LT(maps[0][0].sum().item<double>(), 1e-9);
  EXPECT_NEAR(maps[0][1].sum().item<double>(), 1 / (1 + std::exp(-5)), 1e-5);
  EXPECT_GE(maps.min().item<double>(), 0);
}

}  // namespace
}  // namespace cmr
