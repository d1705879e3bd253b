#include "models/package_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_weights.h"
#include "analysis/safetensors.h"
#include "analysis/sha256.h"
#include "models/evaluate_frames.h"
#include "tests/support/tiny_frame.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class WrittenPackage : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = (fs::path(testing::TempDir()) / (std::string("written_") + test->name())).string();
    fs::remove_all(folder_);
    network_ = seededNetwork(tinyVit());
    network_->eval();
    writePackage(folder_, network_, {"tiny", "0.0.1", 2.0, tinySize, json::object(), {}});
  }
  void TearDown() override { fs::remove_all(folder_); }

  json manifest() const { return json::parse(std::ifstream(folder_ + "/manifest.json")); }
  void rewrite(const std::function<void(json&)>& change) const {
    json m = manifest();
    change(m);
    std::ofstream(folder_ + "/manifest.json") << m;
  }
  // Writes a shard anew without, or with other, tensors, and gives it its right checksum.
  void rewriteHeads(const std::function<void(std::vector<TensorEntry>&)>& change) const {
    const std::string path = folder_ + "/heads-1.safetensors";
    const SafetensorsFile file = SafetensorsFile::open(path);
    std::vector<TensorEntry> entries;
    for (const auto& [name, entry] : file.tensors()) entries.push_back(entry);
    change(entries);
    writeSafetensors(path, entries, {});
    std::ifstream in(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    rewrite([&](json& m) {
      for (json& listed : m["files"]) {
        if (listed["path"] != "heads-1.safetensors") continue;
        listed["sha256"] = sha256Hex(content);
        listed["bytes"] = content.size();
      }
    });
  }

  std::string folder_;
  Network network_{nullptr};
};

TEST_F(WrittenPackage, WhatOnlyDrawnHeartsTaughtReachesNoReport) {
  for (const json& label : manifest()["heads"]["seg_cine_sax"]["labels"]) {
    EXPECT_EQ(label["release"] == "off", label["evidence"] == "phantom") << label;
  }
}

TEST_F(WrittenPackage, GivesTheSameAnswerOnceItIsReadAgain) {
  const torch::InferenceMode guard;
  Network reread = readWeights(openPackage(folder_));
  // What is stored has eight bits of mantissa.
  Network rounded = seededNetwork(tinyVit());
  for (auto& p : rounded->parameters()) p.copy_(p.to(torch::kBFloat16).to(torch::kFloat32));
  rounded->eval();
  const torch::Tensor images = torch::rand({2, 1, tinySize, tinySize});
  EXPECT_TRUE(torch::equal(reread->segment(images, ComputePrecision::float32),
                           rounded->segment(images, ComputePrecision::float32)));
  EXPECT_TRUE(torch::equal(reread->locate(images, ComputePrecision::float32),
                           rounded->locate(images, ComputePrecision::float32)));
  EXPECT_LT((reread->segment(images, ComputePrecision::float32) -
             network_->segment(images, ComputePrecision::float32))
                .abs()
                .max()
                .item<double>(),
            0.1);
}

TEST_F(WrittenPackage, ReproducesItsKnownAnswerInBothPrecisions) {
  const ModelPackage package = openPackage(folder_);
  Network network = readWeights(package);
  EXPECT_EQ(package.knownAnswer.logits.size(), 12U);
  EXPECT_EQ(knownAnswerLogits(network, tinySize, ComputePrecision::float32).size(), 12U);
  EXPECT_NO_THROW(checkKnownAnswer(network, package, ComputePrecision::float32));
  EXPECT_NO_THROW(checkKnownAnswer(network, package, ComputePrecision::bfloat16));
}

TEST_F(WrittenPackage, IsRefusedWhenItsKnownAnswerIsAnother) {
  rewrite([](json& m) { m["knownAnswer"]["logits"][4] = 17.0; });
  EXPECT_THROW(loadNetworkSegmenter(folder_), PackageError);
  rewrite([](json& m) { m["knownAnswer"]["logits"].erase(4); });
  EXPECT_THROW(loadNetworkSegmenter(folder_), PackageError);
}

TEST_F(WrittenPackage, IsRefusedWhenATensorIsMissingSuperfluousOrOfAnotherShape) {
  const std::vector<std::byte> four(4);
  rewriteHeads([](auto& entries) { entries.pop_back(); });
  EXPECT_THROW(readWeights(openPackage(folder_)), PackageError);
  SetUp();
  rewriteHeads([&](auto& entries) { entries.push_back({"extra", DType::float32, {1}, four}); });
  EXPECT_THROW(readWeights(openPackage(folder_)), PackageError);
  SetUp();
  rewriteHeads([](auto& entries) { entries.front().shape.push_back(1); });
  EXPECT_THROW(readWeights(openPackage(folder_)), PackageError);
  SetUp();
  EXPECT_NO_THROW(readWeights(openPackage(folder_)));
}

// As many tensors as the network has, of which one is there twice and another not at all.
TEST_F(WrittenPackage, IsRefusedWhenATensorIsThereTwice) {
  const SafetensorsFile file = SafetensorsFile::open(folder_ + "/heads-1.safetensors");
  const std::string twice = folder_ + "/heads-2.safetensors";
  writeSafetensors(twice, {file.tensors().begin()->second}, {});
  rewriteHeads([](auto& entries) { entries.pop_back(); });
  std::ifstream in(twice, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  rewrite([&](json& m) {
    m["files"].push_back({{"path", "heads-2.safetensors"},
                          {"sha256", sha256Hex(content)},
                          {"bytes", content.size()}});
  });
  EXPECT_THROW(readWeights(openPackage(folder_)), PackageError);
}

TEST_F(WrittenPackage, IsRefusedWhenAWeightIsNoNumber) {
  std::vector<std::byte> poisoned;
  rewriteHeads([&](auto& entries) {
    TensorEntry& first = entries.front();
    poisoned.assign(first.bytes.begin(), first.bytes.end());
    poisoned[0] = std::byte{0xC0};  // a bfloat16 that is not a number
    poisoned[1] = std::byte{0x7F};
    first.bytes = poisoned;
  });
  EXPECT_THROW(loadNetworkSegmenter(folder_), PackageError);
}

TEST_F(WrittenPackage, SegmentsOnTheGridOfTheSource) {
  const auto segmenter = loadNetworkSegmenter(folder_, {"float32", 1, 4});
  EXPECT_EQ(segmenter->identity().name, "tiny");
  EXPECT_EQ(segmenter->identity().precision, "float32");
  EXPECT_EQ(segmenter->identity().evidence[3], "phantom");
  const TrainingFrame frame = tinyFrame("a");
  const auto scores = evaluateFrames({frame, tinyFrame("b")}, *segmenter, HeartSearch::perPatient);
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_TRUE(scores[0].structures[1].has_value());
}

TEST_F(WrittenPackage, SaysWhichDataStandBehindEachStructure) {
  const json labels = manifest().at("heads").at("seg_cine_sax").at("labels");
  EXPECT_EQ(labels[2].at("name"), "rv_cavity");
  EXPECT_EQ(labels[2].at("evidence"), "phantom");
  EXPECT_NE(labels[2].at("release"), "report");
  for (const auto& file : manifest().at("files")) {
    EXPECT_LE(file.at("bytes").get<std::size_t>(), std::size_t{16} << 20);
    EXPECT_EQ(fs::path(file.at("path").get<std::string>()).extension(), ".safetensors");
  }
  EXPECT_EQ(manifest().at("metrics").at("validation").at("lvDice"), 0.0);
}

}  // namespace
}  // namespace cmr
