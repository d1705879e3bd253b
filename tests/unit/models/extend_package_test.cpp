#include "models/extend_package.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "analysis/crop_reading.h"
#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "analysis/task_decoder.h"
#include "models/manifest_file.h"
#include "models/package_writer.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

HeadDescription description(const std::string& task, const std::vector<std::string>& classes) {
  HeadDescription head;
  head.task = task;
  head.architecture = HeadArchitecture::pooled;
  head.layers = {1, 2};
  head.queries = 2;
  for (const std::string& name : classes) head.classes.push_back({name, "real", "report"});
  return head;
}

PackageAddition additionOf(const HeadDescription& head, std::uint64_t seed) {
  torch::manual_seed(seed);
  PooledHead module(pooledGeometry(head, 32));
  PackageAddition addition;
  addition.version = "0.0.2";
  addition.heads[head.task] = head;
  for (const auto& item : module->named_parameters()) {
    addition.tensors[head.task + "." + item.key()] = item.value().detach().to(torch::kBFloat16);
  }
  return addition;
}

class ExtendedPackage : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path own = test::ownFolder();
    from_ = (own / "from").string();
    to_ = (own / "to").string();
    Network network = seededNetwork(tinyVit());
    network->eval();
    writePackage(from_, network, {"tiny", "0.0.1", 2.0, tinySize, json::object(), {}});
  }
  void TearDown() override { fs::remove_all(fs::path(from_).parent_path()); }

  void addSequence() {
    extendPackage(from_, to_, additionOf(description("sequence", {"cine", "lge", "other"}), 1));
  }
  static void change(const std::string& folder, const std::function<void(json&)>& edit) {
    json m = json::parse(std::ifstream(folder + "/manifest.json"));
    edit(m);
    writeManifest(folder, m);
  }

  std::string from_;
  std::string to_;
};

TEST_F(ExtendedPackage, HoldsTheNewHeadBesideWhatItHeldBefore) {
  addSequence();
  const ModelPackage package = openPackage(to_);
  EXPECT_EQ(package.identity.version, "0.0.2");
  EXPECT_EQ(package.heads.size(), 2U);
  const auto heads = readClassificationHeads(package);
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0].description.task, "sequence");
  EXPECT_EQ(heads[0].description.knownAnswer.logits.size(), 3U);
  EXPECT_EQ(layersOf(heads), (std::vector<int>{1, 2}));
  for (const char* name : {"backbone-1.safetensors", "heads-1.safetensors"}) {
    EXPECT_EQ(test::bytesOf(fs::path(to_) / name), test::bytesOf(fs::path(from_) / name)) << name;
  }
  EXPECT_NO_THROW(loadNetworkSegmenter(to_, {"float32", 1, 4}));
}

TEST_F(ExtendedPackage, LeavesThePackageThatItCameFromAsItWas) {
  const std::string before = test::bytesOf(fs::path(from_) / "manifest.json");
  addSequence();
  EXPECT_EQ(test::bytesOf(fs::path(from_) / "manifest.json"), before);
  EXPECT_FALSE(fs::exists(fs::path(from_) / "heads-2.safetensors"));
}

TEST_F(ExtendedPackage, GivesProbabilitiesSoftenedByTheTemperature) {
  HeadDescription warm = description("view", {"sax", "4ch"});
  warm.temperature = 2;
  extendPackage(from_, to_, additionOf(warm, 1));
  const ModelPackage package = openPackage(to_);
  Network network = readWeights(package);
  auto heads = readClassificationHeads(package);
  const torch::InferenceMode guard;
  const TokenLevels tokens =
      network->look(torch::rand({2, 1, tinySize, tinySize}), {1, 2}, ComputePrecision::float32)
          .tokens;
  const torch::Tensor logits = heads[0].head(tokens);
  const torch::Tensor p = probabilitiesOf(heads[0], tokens);
  EXPECT_TRUE(torch::allclose(p.sum(1), torch::ones({2})));
  EXPECT_TRUE(torch::allclose((p.select(1, 0) / p.select(1, 1)).log() * 2,
                              logits.select(1, 0) - logits.select(1, 1), 1e-3, 1e-4));
}

TEST_F(ExtendedPackage, TakesAnotherHeadAndReplacesAnEarlierOne) {
  addSequence();
  extendPackage(to_, to_, additionOf(description("view", {"sax", "4ch", "other"}), 2));
  EXPECT_EQ(readClassificationHeads(openPackage(to_)).size(), 2U);
  const torch::Tensor before = readTensors(openPackage(to_), "sequence").at("linear.weight");
  const torch::Tensor view = readTensors(openPackage(to_), "view").at("linear.weight");
  extendPackage(to_, to_, additionOf(description("sequence", {"cine", "lge", "other"}), 3));
  const ModelPackage package = openPackage(to_);
  EXPECT_EQ(readClassificationHeads(package).size(), 2U);
  EXPECT_FALSE(torch::equal(readTensors(package, "sequence").at("linear.weight"), before));
  EXPECT_TRUE(torch::equal(readTensors(package, "view").at("linear.weight"), view));
}

TEST_F(ExtendedPackage, IsRefusedWhenTensorsAndManifestDoNotFit) {
  addSequence();
  change(to_, [](json& m) { m["heads"]["sequence"]["queries"] = 3; });
  EXPECT_THROW(loadNetworkSegmenter(to_), PackageError);
  change(to_, [](json& m) {
    m["heads"]["sequence"]["queries"] = 2;
    m["heads"]["view"] = m["heads"]["sequence"];
    m["heads"]["view"]["classes"] = {{{"name", "sax"}, {"evidence", "real"}, {"release", "flag"}},
                                     {{"name", "2ch"}, {"evidence", "real"}, {"release", "flag"}}};
  });
  EXPECT_THROW(loadNetworkSegmenter(to_), PackageError);  // no tensors for it
  change(to_, [](json& m) {
    m["heads"].erase("view");
    m["heads"].erase("sequence");
  });
  EXPECT_THROW(loadNetworkSegmenter(to_), PackageError);  // tensors of nobody
}

TEST_F(ExtendedPackage, IsRefusedWhenAHeadsKnownAnswerIsAnother) {
  addSequence();
  change(to_, [](json& m) {
    auto& answer = m["heads"]["sequence"]["knownAnswer"]["logits"][1];
    answer = answer.get<double>() + 1;
  });
  EXPECT_THROW(loadNetworkSegmenter(to_), PackageError);
}

TEST_F(ExtendedPackage, DoesNotOverwriteAPackageThatIsThere) {
  addSequence();
  EXPECT_THROW(addSequence(), PackageError);
}

TEST_F(ExtendedPackage, HoldsDenseHeadsThatShareItsDecoder) {
  Network network = readWeights(openPackage(from_));
  HeadDescription head;
  head.task = "seg_lge_sax";
  head.classes = {{"lv_cavity", "phantom", "off", {"87878005", "SCT", "Left ventricle"}},
                  {"lv_myocardium", "phantom", "off"},
                  {"rv_cavity", "phantom", "off"}};
  head.network = decoderToJson({{"up1"}, {}});
  DenseHead module(network->trunk(), sharedGeometry(head));
  PackageAddition addition;
  addition.version = "0.0.2";
  addition.heads[head.task] = head;
  for (const auto& item : module->named_parameters()) {
    addition.tensors[head.task + "." + item.key()] = item.value().detach().to(torch::kBFloat16);
  }
  extendPackage(from_, to_, addition);
  const ModelPackage package = openPackage(to_);
  EXPECT_EQ(package.heads.at("seg_lge_sax").classes[0].code.value, "87878005");
  Network reread = readWeights(package);
  auto decoders = readTaskDecoders(package, reread);
  ASSERT_EQ(decoders.size(), 1U);
  EXPECT_NO_THROW(checkKnownAnswers(decoders, reread, tinySize, ComputePrecision::float32));
  EXPECT_EQ(test::bytesOf(fs::path(to_) / "heads-1.safetensors"),
            test::bytesOf(fs::path(from_) / "heads-1.safetensors"));
  change(to_, [](json& m) { m["heads"]["seg_lge_sax"]["network"]["ownBlocks"] = {"up1", "up2"}; });
  EXPECT_THROW(readTaskDecoders(openPackage(to_), reread), PackageError);
}

TEST_F(ExtendedPackage, TakesNoHeadThatDoesNotSayHowItSharesAndNotItsOwnNetworkAgain) {
  PackageAddition addition;
  addition.heads["seg_cine_lax"].task = "seg_cine_lax";
  addition.heads["seg_cine_lax"].classes = {{"lv_cavity", "phantom", "off"}};
  EXPECT_THROW(extendPackage(from_, to_, addition), PackageError);
  EXPECT_FALSE(fs::exists(to_));
  addition.heads = {{"seg_cine_sax", openPackage(from_).heads.at("seg_cine_sax")}};
  EXPECT_THROW(extendPackage(from_, to_, addition), PackageError);
}

TEST(NextMinorVersion, RaisesTheMiddleNumber) {
  EXPECT_EQ(nextMinorVersion("1.1.0"), "1.2.0");
  EXPECT_EQ(nextMinorVersion("2.9.7"), "2.10.0");
}

// A stack whose every frame holds the same stripes.
ImageStack stripes(int slices, int phases) {
  ImageStack stack;
  stack.rows = stack.columns = tinySize;
  stack.sliceCount = slices;
  stack.phaseCount = phases;
  for (int s = 0; s < slices; ++s) {
    stack.planes.push_back({{0, 0, 8.0 * s}, {1, 0, 0}, {0, 1, 0}, 2, 2});
  }
  for (int f = 0; f < slices * phases; ++f) {
    StackFrame frame;
    for (int i = 0; i < tinySize * tinySize; ++i) {
      frame.pixels.push_back(static_cast<float>((i / 4 + f) % 3));
    }
    stack.frames.push_back(std::move(frame));
  }
  return stack;
}

TEST_F(ExtendedPackage, ReadsEveryPictureOnceHoweverManyHeadsThereAre) {
  HeadDescription disease = description("disease", {"normal", "dilated"});
  disease.look = HeadLook::crop;
  disease.layers = {1};
  disease.sequences = {"cine"};
  HeadDescription late = description("lge_presence", {"absent", "present"});
  late.look = HeadLook::crop;
  late.sequences = {"lge"};
  addSequence();
  extendPackage(to_, to_, additionOf(description("view", {"sax", "4ch", "other"}), 2));
  extendPackage(to_, to_, additionOf(disease, 3));
  extendPackage(to_, to_, additionOf(late, 4));
  const ImageStack stack = stripes(2, 3);
  const Segmentation alone = loadNetworkSegmenter(from_, {"float32", 1, 4})->segment(stack, {});
  const Segmentation all = loadNetworkSegmenter(to_, {"float32", 1, 4})->segment(stack, {});
  EXPECT_GT(alone.picturesRead, 6);  // each frame, after the looks that find the heart
  EXPECT_EQ(all.picturesRead, alone.picturesRead);
  EXPECT_EQ(all.labels.labels, alone.labels.labels);
  EXPECT_EQ(all.firstLook.answers.size(), 2U);
}

TEST_F(ExtendedPackage, AsksHeadsThatSeeCropsWhatTheyAreForInFramesWithAVentricle) {
  HeadDescription disease = description("disease", {"normal", "dilated"});
  disease.look = HeadLook::crop;
  disease.sequences = {"cine"};
  extendPackage(from_, to_, additionOf(disease, 3));
  auto heads = headsThatSee(readClassificationHeads(openPackage(to_)), HeadLook::crop);
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_TRUE(headsThatSee(readClassificationHeads(openPackage(to_)), HeadLook::field).empty());
  EXPECT_TRUE(CropReading(heads, "lge", "sax", 3).layers().empty());
  Network network = readWeights(openPackage(to_));
  CropReading reading(heads, "cine", "sax", 3);
  EXPECT_TRUE(reading.answers().empty());
  const torch::InferenceMode guard;
  const torch::Tensor crops = torch::rand({3, 1, tinySize, tinySize});
  const CropPass pass = network->segmentAndRead(crops, reading.layers(), ComputePrecision::float32);
  EXPECT_TRUE(torch::equal(pass.logits, network->segment(crops, ComputePrecision::float32)));
  reading.add(pass.tokens, {0, -1, 2});
  const auto answers = reading.answers();
  ASSERT_EQ(answers.size(), 1U);
  const torch::Tensor p = probabilitiesOf(heads[0], pass.tokens);
  EXPECT_NEAR(answers[0].bySlice[2][1], p[2][1].item<double>(), 1e-6);
  EXPECT_EQ(answers[0].bySlice[1][1], 0);
  EXPECT_NEAR(answers[0].probabilities[0], (p[0][0] + p[2][0]).item<double>() / 2, 1e-6);
}

}  // namespace
}  // namespace cmr
