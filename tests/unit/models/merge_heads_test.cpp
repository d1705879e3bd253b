#include "models/merge_heads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "analysis/dense_reader.h"
#include "analysis/errors.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "models/extend_package.h"
#include "models/finetune_decoder.h"
#include "models/package_writer.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class MergedPackage : public testing::Test {
 protected:
  void SetUp() override {
    base_ = writeNetwork("base", 5);
    lge_ = withHead(base_, "lge", "seg_lge_sax", 1);
    landmarks_ = withHead(base_, "landmarks", "landmarks", 2);
    to_ = (folder_ / "merged").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string writeNetwork(const std::string& name, std::uint64_t seed) const {
    Network network = seededNetwork(tinyVit(), seed);
    network->eval();
    const std::string folder = (folder_ / name).string();
    writePackage(folder, network, {"tiny", "0.1.0", 5.0, tinySize, json::object(), {}});
    return folder;
  }
  std::string withHead(const std::string& base, const std::string& name, const std::string& task,
                       std::uint64_t seed) const {
    Network network = readWeights(openPackage(base));
    PackageAddition addition;
    HeadDescription head = describeDecoder(task, {"up1"});
    head.measured = {{"phantom", {{"some hearts", {{"seed", seed}}}}}};
    torch::manual_seed(seed);
    DenseHead module(network->trunk(), sharedGeometry(head));
    const torch::NoGradGuard guard;
    for (auto& p : module->parameters()) p.add_(torch::randn_like(p), 0.1);
    for (const auto& item : module->named_parameters()) {
      addition.tensors[task + "." + item.key()] = item.value().detach().to(torch::kBFloat16);
    }
    addition.heads[task] = head;
    addition.training[task] = {{"command", "trained " + task}};
    const std::string folder = (folder_ / name).string();
    extendPackage(base, folder, addition);
    return folder;
  }
  std::string messageOf(const HeadMerge& merge) const {
    try {
      mergeHeads(base_, to_, merge);
    } catch (const PackageError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_ = test::ownFolder();
  std::string base_;
  std::string lge_;
  std::string landmarks_;
  std::string to_;
};

TEST_F(MergedPackage, HoldsTheHeadsOfAllPackagesWithTrainingAndMeasurements) {
  EXPECT_EQ(mergeHeads(base_, to_, {{lge_, landmarks_}, {}, "", {}}), "0.2.0");
  const ModelPackage merged = openPackage(to_);
  EXPECT_EQ(merged.heads.size(), 3U);
  EXPECT_EQ(merged.heads.at("landmarks").measured.at("phantom").at("some hearts").at("seed"), 2);
  EXPECT_EQ(merged.manifest.at("training").at("heads").at("seg_lge_sax").at("command"),
            "trained seg_lge_sax");
  for (const auto& [task, folder] : {std::pair{"seg_lge_sax", lge_}, {"landmarks", landmarks_}}) {
    const ModelPackage from = openPackage(folder);
    const auto expected = readTensors(from, task);
    const auto found = readTensors(merged, task);
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) EXPECT_TRUE(torch::equal(found.at(name), tensor));
    EXPECT_EQ(merged.heads.at(task).knownAnswer.logits, from.heads.at(task).knownAnswer.logits);
  }
  EXPECT_NO_THROW(DenseReader(to_, {"float32", 1, 4}));
}

TEST_F(MergedPackage, KeepsTheFilesOfItsNetworkByteForByte) {
  mergeHeads(base_, to_, {{landmarks_, lge_}, {}, "", {}});
  for (const PackageFile& file : openPackage(base_).files) {
    EXPECT_EQ(test::bytesOf(fs::path(to_) / file.path), test::bytesOf(fs::path(base_) / file.path));
  }
}

TEST_F(MergedPackage, DoesNotDependOnTheOrderOfThePackages) {
  mergeHeads(base_, to_, {{landmarks_, lge_}, {}, "", {}});
  const std::string other = (folder_ / "other").string();
  mergeHeads(base_, other, {{lge_, landmarks_}, {}, "", {}});
  EXPECT_EQ(openPackage(to_).identity.sha256, openPackage(other).identity.sha256);
}

TEST_F(MergedPackage, TakesTheTasksThatAreAskedForAlone) {
  mergeHeads(base_, to_, {{lge_, landmarks_}, {"landmarks"}, "3.0.0", {}});
  const ModelPackage merged = openPackage(to_);
  EXPECT_EQ(merged.identity.version, "3.0.0");
  EXPECT_EQ(merged.heads.size(), 2U);
  EXPECT_EQ(merged.heads.count("seg_lge_sax"), 0U);
}

TEST_F(MergedPackage, StatesWhatWasMeasuredOfANewHeadAndOfOneThatWasThere) {
  const json figures = {{"real", {{"a pig", {{"dice", 0.9}}}}}};
  mergeHeads(base_, to_, {{lge_}, {}, "", {{"seg_lge_sax", figures}, {"seg_cine_sax", figures}}});
  const ModelPackage merged = openPackage(to_);
  EXPECT_EQ(merged.heads.at("seg_lge_sax").measured, figures);
  EXPECT_EQ(merged.heads.at("seg_cine_sax").measured, figures);
  EXPECT_THAT(messageOf({{}, {}, "", {{"view", figures}}}), HasSubstr("view"));
}

TEST_F(MergedPackage, IsRefusedForHeadsOfAnotherNetworkAndNamesWhatDiffers) {
  const std::string alien = withHead(writeNetwork("alien", 6), "alienHead", "seg_map_sax", 3);
  EXPECT_THAT(messageOf({{alien}, {}, "", {}}), HasSubstr("backbone-1.safetensors"));
  EXPECT_FALSE(fs::exists(to_));
}

TEST_F(MergedPackage, IsRefusedForAHeadThatIsNowhereOrInTwoPackages) {
  EXPECT_THAT(messageOf({{lge_}, {"view"}, "", {}}), HasSubstr("view"));
  const std::string again = withHead(base_, "again", "seg_lge_sax", 4);
  EXPECT_THAT(messageOf({{lge_, again}, {}, "", {}}), HasSubstr("two of the packages"));
  EXPECT_THROW(mergeHeads(base_, to_, {{lge_}, {"seg_cine_sax"}, "", {}}), PackageError);
}

}  // namespace
}  // namespace cmr
