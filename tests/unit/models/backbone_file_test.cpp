#include "models/backbone_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "analysis/errors.h"
#include "analysis/safetensors.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

std::string pathOf(const std::string& name) { return (test::ownFolder() / name).string(); }

Vit seededVit(const VitGeometry& geometry, std::uint64_t seed) {
  torch::manual_seed(seed);
  return Vit(geometry);
}

torch::Tensor tokensOf(Vit& vit) {
  torch::manual_seed(1);
  vit->eval();
  const torch::NoGradGuard guard;
  return vit->forwardTokens(torch::rand({1, 1, 32, 32}), ComputePrecision::float32);
}

// A file as somebody else might have written it.
void writeTensors(const std::string& path,
                  const std::vector<std::pair<std::string, torch::Tensor>>& tensors) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({name,
                       DType::float32,
                       tensor.sizes().vec(),
                       {static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()}});
  }
  writeSafetensors(path, entries, {});
}

std::vector<std::pair<std::string, torch::Tensor>> tensorsOf(const Vit& vit) {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& item : vit->named_parameters()) {
    tensors.emplace_back(item.key(), item.value().detach().clone());
  }
  return tensors;
}

TEST(BackboneFile, ComesBackAsItWas) {
  Vit written = seededVit(tinyVit().vit, 1);
  writeBackbone(pathOf("same"), *written, {{"pretraining", "{}"}});
  Vit read = seededVit(tinyVit().vit, 2);
  EXPECT_FALSE(torch::equal(tokensOf(read), tokensOf(written)));
  EXPECT_TRUE(loadBackbone(pathOf("same"), *read).empty());
  EXPECT_TRUE(torch::equal(tokensOf(read), tokensOf(written)));
  EXPECT_EQ(SafetensorsFile::open(pathOf("same")).metadata().at("pretraining"), "{}");
}

TEST(BackboneFile, OfAnotherGridGivesTheSameTokensByInterpolation) {
  VitGeometry fine = tinyVit().vit;
  fine.positionGrid = 8;
  Vit written = seededVit(fine, 1);
  writeBackbone(pathOf("grid"), *written, {});
  Vit read = seededVit(tinyVit().vit, 2);
  const auto notes = loadBackbone(pathOf("grid"), *read);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("interpolated from a grid of 8 to one of 4"), std::string::npos);
  EXPECT_TRUE(torch::allclose(tokensOf(read), tokensOf(written), 1e-4, 1e-5));
}

TEST(BackboneFile, OfThreeColoursSeesGreyAsItWouldThere) {
  VitGeometry coloured = tinyVit().vit;
  coloured.inputChannels = 3;
  Vit written = seededVit(coloured, 1);
  writeBackbone(pathOf("colours"), *written, {});
  Vit read = seededVit(tinyVit().vit, 2);
  EXPECT_EQ(loadBackbone(pathOf("colours"), *read).size(), 1U);
  written->eval();
  torch::manual_seed(1);
  const torch::Tensor grey = torch::rand({1, 1, 32, 32});
  EXPECT_TRUE(
      torch::allclose(written->forwardTokens(grey.repeat({1, 3, 1, 1}), ComputePrecision::float32),
                      tokensOf(read), 1e-4, 1e-5));
}

TEST(BackboneFile, MayCarryPrefixesAndAClassifier) {
  const Vit written = seededVit(tinyVit().vit, 1);
  auto tensors = tensorsOf(written);
  for (auto& [name, tensor] : tensors) name = "module.backbone." + name;
  tensors.emplace_back("module.head.weight", torch::zeros({10, 32}));
  writeTensors(pathOf("prefixed"), tensors);
  Vit read = seededVit(tinyVit().vit, 2);
  EXPECT_EQ(loadBackbone(pathOf("prefixed"), *read).size(), 1U);
  Vit same = written;
  EXPECT_TRUE(torch::equal(tokensOf(read), tokensOf(same)));
}

TEST(BackboneFile, ThatDoesNotFitChangesNothing) {
  const Vit written = seededVit(tinyVit().vit, 1);
  Vit read = seededVit(tinyVit().vit, 2);
  const torch::Tensor before = tokensOf(read);
  const auto refused = [&](const std::string& name, const std::string& part, const auto& change) {
    auto tensors = tensorsOf(written);
    change(tensors);
    writeTensors(pathOf(name), tensors);
    try {
      loadBackbone(pathOf(name), *read);
      ADD_FAILURE() << name << " was taken";
    } catch (const PackageError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
    EXPECT_TRUE(torch::equal(tokensOf(read), before)) << name;
  };
  refused("missing", "lacks norm.bias", [](auto& tensors) {
    std::erase_if(tensors, [](const auto& t) { return t.first == "norm.bias"; });
  });
  refused("unknown", "blocks.0.ls1.gamma",
          [](auto& tensors) { tensors.emplace_back("blocks.0.ls1.gamma", torch::ones({32})); });
  refused("shape", "another shape", [](auto& tensors) { tensors[0].second = torch::ones({3}); });
  refused("nan", "no numbers", [](auto& tensors) {
    tensors.back().second.fill_(std::numeric_limits<float>::quiet_NaN());
  });
  EXPECT_THROW(loadBackbone("/nonexistent", *read), PackageError);
}

}  // namespace
}  // namespace cmr
