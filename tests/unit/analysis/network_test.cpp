#include "analysis/network.h"

#include <gtest/gtest.h>

#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

using nlohmann::json;

std::vector<std::pair<std::string, NetworkGeometry>> tinyGeometries() {
  NetworkGeometry tokens = tinyVit();
  tokens.dense.useImagePath = false;
  NetworkGeometry imagePath = tinyVit();
  imagePath.dense.useTokens = false;
  return {{"vit", tinyVit()}, {"tokens", tokens}, {"image-path", imagePath}, {"unet", tinyUnet()}};
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(Network, GivesLogitsOfTheSizeOfItsCropsWhateverItsArchitecture) {
  const torch::InferenceMode guard;
  for (const auto& [name, geometry] : tinyGeometries()) {
    Network network = seededNetwork(geometry);
    const torch::Tensor images = torch::rand({2, 1, tinySize, tinySize});
    EXPECT_EQ(network->segment(images, ComputePrecision::float32).sizes(),
              (std::vector<std::int64_t>{2, 4, tinySize, tinySize}))
        << name;
    EXPECT_EQ(network->locate(images, ComputePrecision::float32).sizes(),
              (std::vector<std::int64_t>{2, 4 * 4 + 1}))
        << name;
  }
}

TEST(Network, StaysCloseToItselfInBfloat16) {
  const torch::InferenceMode guard;
  for (const auto& [name, geometry] : tinyGeometries()) {
    Network network = seededNetwork(geometry);
    network->eval();
    const torch::Tensor images = torch::rand({2, 1, tinySize, tinySize});
    const torch::Tensor exact = network->segment(images, ComputePrecision::float32);
    const torch::Tensor rounded = network->segment(images, ComputePrecision::bfloat16);
    EXPECT_EQ(rounded.scalar_type(), torch::kFloat32) << name;
    EXPECT_GT(largestDifference(exact, rounded), 0.0) << name;
    EXPECT_LT(largestDifference(exact, rounded), 0.1) << name;
    EXPECT_LT(largestDifference(network->locate(images, ComputePrecision::float32),
                                network->locate(images, ComputePrecision::bfloat16)),
              0.1)
        << name;
  }
}

TEST(Network, LooksOnceForTheHeartAndForWhoeverReadsTheTokens) {
  const torch::InferenceMode guard;
  Network network = seededNetwork(tinyVit());
  network->eval();
  const torch::Tensor fields = torch::rand({3, 1, tinySize, tinySize});
  const FirstLookPass pass = network->look(fields, {1, 2}, ComputePrecision::float32);
  EXPECT_TRUE(torch::equal(pass.where, network->locate(fields, ComputePrecision::float32)));
  ASSERT_EQ(pass.tokens.size(), 2U);
  EXPECT_EQ(pass.tokens.at(1).sizes(), (std::vector<std::int64_t>{3, 17, 32}));
  const NetworkGeometry plain = tinyUnet();
  EXPECT_NO_THROW(seededNetwork(plain)->look(fields, {}, ComputePrecision::float32));
  EXPECT_THROW(seededNetwork(plain)->look(fields, {1}, ComputePrecision::float32), PackageError);
}

TEST(Network, GivesTogetherWhatItGivesApart) {
  const torch::InferenceMode guard;
  for (const auto& [name, geometry] : tinyGeometries()) {
    Network network = seededNetwork(geometry);
    network->eval();
    const torch::Tensor crops = torch::rand({3, 1, tinySize, tinySize});
    const torch::Tensor fields = torch::rand({2, 1, tinySize, tinySize});
    const auto [logits, where] =
        network->segmentAndLocate(crops, fields, ComputePrecision::float32);
    EXPECT_LT(largestDifference(logits, network->segment(crops, ComputePrecision::float32)), 1e-4)
        << name;
    EXPECT_LT(largestDifference(where, network->locate(fields, ComputePrecision::float32)), 1e-4)
        << name;
  }
}

TEST(Network, JudgesEachImageOfABatchByItself) {
  const torch::InferenceMode guard;
  for (const auto& [name, geometry] : tinyGeometries()) {
    Network network = seededNetwork(geometry);
    network->eval();
    const torch::Tensor images = torch::rand({3, 1, tinySize, tinySize});
    const torch::Tensor together = network->segment(images, ComputePrecision::float32);
    const torch::Tensor alone = network->segment(images.slice(0, 1, 2), ComputePrecision::float32);
    EXPECT_LT(largestDifference(together.slice(0, 1, 2), alone), 1e-4) << name;
  }
}

TEST(Network, HidesTokensInTrainingAndNeverAtInference) {
  NetworkGeometry geometry = tinyVit();
  geometry.tokenDrop = 0.95;
  Network dropping = seededNetwork(geometry);
  Network plain = seededNetwork(tinyVit());
  const torch::InferenceMode guard;
  const torch::Tensor images = torch::rand({8, 1, tinySize, tinySize});
  const auto apart = [&] {
    return largestDifference(dropping->segment(images, ComputePrecision::float32),
                             plain->segment(images, ComputePrecision::float32));
  };
  EXPECT_GT(apart(), 1e-3);
  dropping->eval();
  plain->eval();
  EXPECT_EQ(apart(), 0);
}

TEST(Network, NeverHidesTokensFromAHeadThatHasNothingElse) {
  NetworkGeometry geometry = tinyVit();
  geometry.dense.useImagePath = false;
  Network plain = seededNetwork(geometry);
  geometry.tokenDrop = 0.95;
  Network dropping = seededNetwork(geometry);
  const torch::InferenceMode guard;
  const torch::Tensor images = torch::rand({8, 1, tinySize, tinySize});
  EXPECT_EQ(largestDifference(dropping->segment(images, ComputePrecision::float32),
                              plain->segment(images, ComputePrecision::float32)),
            0);
}

TEST(HeartLocator, FindsCentresBetweenCells) {
  torch::Tensor p = torch::zeros({4 * 5 + 1});
  p[1 * 5 + 2] = 0.45;
  p[1 * 5 + 3] = 0.45;
  p[20] = 0.1;
  const LocatedCentre centre = decodeCentre(p, 4, 5);
  EXPECT_NEAR(centre.column, 2.5, 1e-6);
  EXPECT_NEAR(centre.row, 1.0, 1e-6);
  EXPECT_NEAR(centre.presence, 0.9, 1e-6);
}

TEST(HeartLocator, IsNotDrawnAwayByAFarSecondGuess) {
  torch::Tensor p = torch::zeros({4 * 5 + 1});
  p[0] = 0.6;
  p[3 * 5 + 4] = 0.4;
  const LocatedCentre centre = decodeCentre(p, 4, 5);
  EXPECT_NEAR(centre.column, 0, 1e-6);
  EXPECT_NEAR(centre.row, 0, 1e-6);
}

TEST(NetworkPresets, ComeBackFromTheManifestAsTheyWere) {
  for (const auto& [name, geometry] : tinyGeometries()) {
    const json written = geometryToJson(geometry);
    EXPECT_EQ(geometryToJson(geometryFromJson(written)), written) << name;
    EXPECT_EQ(Network(geometryFromJson(written))->parameters().size(),
              Network(geometry)->parameters().size())
        << name;
  }
  for (const char* name : {"vit-s8", "tokens", "image-path", "unet"}) {
    const json written = geometryToJson(geometryByName(name));
    EXPECT_EQ(geometryToJson(geometryFromJson(written)), written) << name;
  }
  EXPECT_THROW(geometryByName("vit-xxl"), InputError);
}

TEST(NetworkPresets, RefuseManifestsThatNoNetworkCanBeBuiltFrom) {
  const auto refused = [](NetworkGeometry geometry, const char* pointer, const json& value) {
    json manifest = geometryToJson(geometry);
    manifest[json::json_pointer(pointer)] = value;
    try {
      geometryFromJson(manifest);
      return false;
    } catch (const PackageError&) {
      return true;
    }
  };
  EXPECT_TRUE(refused(tinyVit(), "/architecture", "transformer"));
  EXPECT_TRUE(refused(tinyVit(), "/backbone/width", 33));
  EXPECT_TRUE(refused(tinyVit(), "/backbone/depth", 1000));
  EXPECT_TRUE(refused(tinyVit(), "/backbone/heads", 0));
  EXPECT_TRUE(refused(tinyVit(), "/backbone/patchSize", "8"));
  EXPECT_TRUE(refused(tinyVit(), "/head/layers", {1, 3}));
  EXPECT_TRUE(refused(tinyVit(), "/head/layers", {0, 1}));
  EXPECT_TRUE(refused(tinyVit(), "/head/layers", json::array()));
  EXPECT_TRUE(refused(tinyVit(), "/head/fusedWidth", 17));
  EXPECT_TRUE(refused(tinyVit(), "/head/imageWidths", {8, 8}));
  EXPECT_TRUE(refused(tinyVit(), "/head/imageWidths", {8, -8, 8}));
  EXPECT_TRUE(refused(tinyVit(), "/head/imageWidths", {8, 17, 8}));
  EXPECT_TRUE(refused(tinyUnet(), "/widths", {8, 8, 8, 8}));
  EXPECT_TRUE(refused(tinyUnet(), "/widths", {8, 8, 8, 8, 2000000000}));
  EXPECT_TRUE(refused(tinyUnet(), "/classes", 1));
  json both = geometryToJson(tinyVit());
  both["head"]["useTokens"] = both["head"]["useImagePath"] = false;
  EXPECT_THROW(geometryFromJson(both), PackageError);
}

}  // namespace
}  // namespace cmr
