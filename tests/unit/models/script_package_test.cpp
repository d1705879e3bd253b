// A package with a head of TorchScript, from its manifest to its answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/crop_reading.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "analysis/script_permission.h"
#include "analysis/sha256.h"
#include "models/manifest_file.h"
#include "models/merge_heads.h"
#include "models/package_writer.h"
#include "tests/support/fault_of.h"
#include "tests/support/small_script.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::faultOf;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* prefersTheSecond = R"(
def forward(self, tokens):
    return torch.zeros([tokens.size(0), 2]) + torch.tensor([0., 1.])
)";
// The answer at load is of one picture.
constexpr const char* failsOnTwoPictures = R"(
def forward(self, tokens):
    assert tokens.size(0) == 1, 'too many pictures'
    return torch.zeros([1, 2])
)";

ImageStack twoSlices() {
  ImageStack stack;
  stack.rows = stack.columns = tinySize;
  stack.sliceCount = 2;
  stack.phaseCount = 1;
  for (int s = 0; s < 2; ++s) {
    stack.planes.push_back({{0, 0, 8.0 * s}, {1, 0, 0}, {0, 1, 0}, 2, 2});
    StackFrame frame;
    for (int i = 0; i < tinySize * tinySize; ++i) {
      frame.pixels.push_back(static_cast<float>((i / 4 + s) % 3));
    }
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

class ScriptPackage : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = (test::ownFolder() / "package").string();
    Network network = seededNetwork(tinyVit());
    network->eval();
    writePackage(folder_, network, {"tiny", "0.0.1", 2.0, tinySize, json::object(), {}});
  }
  void TearDown() override { fs::remove_all(fs::path(folder_).parent_path()); }

  // Returns the SHA-256 of its file.
  std::string bring(const std::string& task, const std::vector<std::string>& classes,
                    const std::string& source) {
    const std::string content = test::scriptOf(source);
    HeadDescription head;
    head.task = task;
    head.architecture = HeadArchitecture::pooled;
    head.layers = {1, 2};
    for (const std::string& name : classes) head.classes.push_back({name, "real", "off"});
    head.network = {{"torchscript", task + ".pt"}};
    if (task == "disease") head.look = HeadLook::crop;
    write(task + ".pt", content);
    change([&](json& manifest) {
      manifest["heads"][task] = toJson(head);
      manifest["files"].push_back(
          {{"path", task + ".pt"}, {"sha256", sha256Hex(content)}, {"bytes", content.size()}});
    });
    return sha256Hex(content);
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(fs::path(folder_) / name, std::ios::binary) << content;
  }
  void change(const std::function<void(json&)>& edit) const {
    json manifest = json::parse(std::ifstream(folder_ + "/manifest.json"));
    edit(manifest);
    writeManifest(folder_, manifest);
  }
  std::unique_ptr<FrameSegmenter> load(const std::vector<std::string>& allowed) const {
    InferenceSettings settings{"float32", 1, 4};
    settings.allowedScripts = allowed;
    return loadNetworkSegmenter(folder_, settings);
  }
  static std::vector<SilentHead> silentIn(FrameSegmenter& segmenter) {
    return dynamic_cast<SilentHeads&>(segmenter).silentHeads();
  }

  std::string folder_;
};

TEST_F(ScriptPackage, ServesWithoutAHeadWhoseChecksumIsNotAllowedAndSaysSo) {
  const std::string sha256 = bring("view", {"sax", "4ch"}, prefersTheSecond);
  for (const std::vector<std::string>& allowed :
       {std::vector<std::string>{}, {std::string(64, 'a')}, {""}}) {
    const auto segmenter = load(allowed);
    EXPECT_TRUE(segmenter->firstLook(twoSlices()).answers.empty());
    const std::vector<SilentHead> silent = silentIn(*segmenter);
    ASSERT_EQ(silent.size(), 1U);
    EXPECT_EQ(silent[0].task, "view");
    EXPECT_THAT(silent[0].reason, AllOf(HasSubstr("view.pt"), HasSubstr(sha256),
                                        HasSubstr("AllowedScripts"), HasSubstr("--allow-script")));
  }
}

TEST_F(ScriptPackage, RunsAHeadWhoseChecksumIsAllowed) {
  std::string sha256 = bring("view", {"sax", "4ch"}, prefersTheSecond);
  for (char& c : sha256) c = static_cast<char>(std::toupper(c));  // as people may write it
  const auto segmenter = load({std::string(64, 'a'), sha256});
  const FirstLook look = segmenter->firstLook(twoSlices());
  ASSERT_EQ(look.answers.size(), 1U);
  EXPECT_EQ(look.answers[0].taken().name, "4ch");
  EXPECT_NEAR(look.answers[0].probability(), 1 / (1 + std::exp(-1.0)), 1e-5);
  EXPECT_TRUE(silentIn(*segmenter).empty());
}

TEST_F(ScriptPackage, RefusesAFileOfOtherBytesThanWereAllowed) {
  const std::string sha256 = bring("view", {"sax", "4ch"}, prefersTheSecond);
  const ModelPackage opened = openPackage(folder_);
  std::string content = test::scriptOf(prefersTheSecond);
  content[content.size() / 2] ^= 1;
  write("view.pt", content);
  EXPECT_THAT(faultOf<PackageError>([&] { load({sha256}); }), HasSubstr("view.pt has checksum"));
  // Between the look at the package and the load.
  EXPECT_THAT(faultOf<PackageError>([&] { readClassificationHeads(opened, {sha256}); }),
              HasSubstr("view.pt has checksum"));
  change([&](json& manifest) { manifest["files"].back()["sha256"] = sha256Hex(content); });
  const auto segmenter = load({sha256});
  ASSERT_EQ(silentIn(*segmenter).size(), 1U);
  EXPECT_THAT(silentIn(*segmenter)[0].reason, HasSubstr(sha256Hex(content)));
}

TEST_F(ScriptPackage, IsRefusedAtLoadWhenAnAllowedHeadDoesNotAnswer) {
  const std::string wrong = bring("view", {"sax", "4ch", "2ch"}, prefersTheSecond);
  EXPECT_THAT(faultOf<PackageError>([&] { load({wrong}); }),
              AllOf(HasSubstr("the head view"), HasSubstr("in place of")));
  EXPECT_NO_THROW(load({}));
}

TEST_F(ScriptPackage, IsRefusedWhenTheKnownAnswerOfAnAllowedHeadIsAnother) {
  const std::string sha256 = bring("view", {"sax", "4ch"}, prefersTheSecond);
  const auto state = [&](std::vector<double> logits) {
    change([&](json& manifest) {
      manifest["heads"]["view"]["knownAnswer"] = {{"tolerance", 0.01}, {"logits", logits}};
    });
  };
  state({0, 1});
  EXPECT_NO_THROW(load({sha256}));
  state({1, 0});
  EXPECT_THAT(faultOf<PackageError>([&] { load({sha256}); }), HasSubstr("the package's head view"));
}

TEST_F(ScriptPackage, LeavesOutWhatAHeadFailedToAnswerAndSaysWhyUntilTheNextSeries) {
  const std::string fails = bring("view", {"sax", "4ch"}, failsOnTwoPictures);
  const std::string works = bring("sequence", {"cine", "lge"}, prefersTheSecond);
  const auto segmenter = load({fails, works});
  const FirstLook look = segmenter->firstLook(twoSlices());
  ASSERT_EQ(look.answers.size(), 1U);
  EXPECT_EQ(look.answers[0].task, "sequence");
  ASSERT_EQ(silentIn(*segmenter).size(), 1U);
  EXPECT_EQ(silentIn(*segmenter)[0].task, "view");
  EXPECT_THAT(silentIn(*segmenter)[0].reason, HasSubstr("too many pictures"));
  dynamic_cast<SilentHeads&>(*segmenter).forgetFailures();
  EXPECT_TRUE(silentIn(*segmenter).empty());
}

TEST_F(ScriptPackage, GivesNoAnswerOfCropsWhereAHeadFailedInOneOfThem) {
  const std::string sha256 = bring("disease", {"normal", "dilated"}, failsOnTwoPictures);
  auto heads = readClassificationHeads(openPackage(folder_), {sha256});
  CropReading reading(heads, "cine", "sax", 3);
  EXPECT_EQ(reading.layers(), (std::vector<int>{1, 2}));
  torch::manual_seed(1);
  const TokenLevels one{{1, torch::randn({1, 5, 32})}, {2, torch::randn({1, 5, 32})}};
  const TokenLevels two{{1, torch::randn({2, 5, 32})}, {2, torch::randn({2, 5, 32})}};
  reading.add(one, {0});
  EXPECT_EQ(reading.answers().size(), 1U);
  EXPECT_TRUE(reading.failures().empty());
  reading.add(two, {1, 2});
  EXPECT_TRUE(reading.answers().empty());
  ASSERT_EQ(reading.failures().size(), 1U);
  EXPECT_THAT(reading.failures()[0].reason, HasSubstr("too many pictures"));
}

TEST_F(ScriptPackage, HasToListTheFileAndBeAClassificationHead) {
  bring("view", {"sax", "4ch"}, prefersTheSecond);
  const auto faultAfter = [&](const std::function<void(json&)>& edit) {
    const json before = json::parse(std::ifstream(folder_ + "/manifest.json"));
    change(edit);
    const std::string fault = faultOf<PackageError>([&] { openPackage(folder_); });
    writeManifest(folder_, before);
    return fault;
  };
  EXPECT_THAT(faultAfter([](json& m) { m["files"].erase(m["files"].size() - 1); }),
              HasSubstr("view.pt, which is none of the package's files"));
  EXPECT_THAT(faultAfter([](json& m) { m["heads"]["view"]["network"]["torchscript"] = 3; }),
              HasSubstr("names no file of TorchScript"));
  EXPECT_THAT(faultAfter([](json& m) { m["heads"]["view"]["queries"] = 2; }),
              HasSubstr("has no queries"));
  EXPECT_THAT(faultAfter([](json& m) {
                m["heads"]["seg_cine_sax"]["network"] = {{"torchscript", "view.pt"}};
              }),
              HasSubstr("which only classification heads can be"));
}

TEST_F(ScriptPackage, GivesItsScriptToNoOtherPackage) {
  const fs::path base = fs::path(folder_).parent_path() / "base";
  fs::copy(folder_, base);
  bring("view", {"sax", "4ch"}, prefersTheSecond);
  HeadMerge merge;
  merge.from = {folder_};
  EXPECT_THAT(faultOf<PackageError>([&] { mergeHeads(base.string(), folder_ + "-new", merge); }),
              HasSubstr("is TorchScript, which is not taken over"));
}

}  // namespace
}  // namespace cmr
