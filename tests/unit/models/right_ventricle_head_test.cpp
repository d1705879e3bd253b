// The head of the right ventricle: learned from frames that know it, and set into the labels of
// seg_cine_sax without moving the left one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "analysis/errors.h"
#include "analysis/evidence.h"
#include "analysis/network_segmenter.h"
#include "analysis/package_weights.h"
#include "analysis/right_ventricle.h"
#include "models/extend_package.h"
#include "models/finetune_decoder.h"
#include "models/package_writer.h"
#include "models/sax_phantom.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr auto cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr auto myocardium = static_cast<std::uint8_t>(Structure::lvMyocardium);
constexpr auto right = static_cast<std::uint8_t>(Structure::rvCavity);

ImageStack drawnStack() {
  ImageStack stack;
  stack.sliceCount = 3;
  stack.phaseCount = 2;
  for (int i = 0; i < 6; ++i) {
    const TrainingFrame drawn = drawSaxPhantom(static_cast<std::uint64_t>(70 + i), {64, 64, 5.0});
    stack.rows = drawn.rows;
    stack.columns = drawn.columns;
    StackFrame frame;
    frame.pixels = drawn.pixels;
    frame.sourceIndex = static_cast<std::size_t>(i);
    stack.frames.push_back(std::move(frame));
  }
  for (int s = 0; s < 3; ++s) {
    stack.planes.push_back({{0, 0, 8.0 * s}, {1, 0, 0}, {0, 1, 0}, 5.0, 5.0});
  }
  return stack;
}

// A frame of a patient as it is read from a folder: what its masks say of the right ventricle, and
// nothing of it where there is no mask.
TrainingFrame frameOf(const std::string& patient, std::uint64_t seed, bool knowsRight) {
  TrainingFrame frame = drawSaxPhantom(seed, {64, 64, 5.0});
  frame.patient = patient;
  frame.name = patient + "-IM-" + std::to_string(seed);
  if (knowsRight) return frame;
  frame.known = bitOf(Structure::lvCavity);
  for (std::uint8_t& bits : frame.allowed) {
    if (bits != bitOf(Structure::lvCavity)) bits = anyStructure & ~bitOf(Structure::lvCavity);
  }
  return frame;
}

class RightVentricleHead : public testing::Test {
 protected:
  void SetUp() override {
    Network network = seededNetwork(tinyVit());
    network->eval();
    drawEveryStructure(network);
    from_ = (folder_ / "from").string();
    writePackage(from_, network, {"tiny", "0.1.0", 5.0, tinySize, json::object(), {}});
  }
  void TearDown() override { fs::remove_all(folder_); }

  // A package with an untrained head, which sees right ventricle where nothing else is surer than
  // `bias`.
  std::string withHead(float bias) const {
    Network network = readWeights(openPackage(from_));
    HeadDescription head = describeDecoder(rightVentricleTask, {"up1"});
    head.classes.back().evidence = "both";
    head.classes.back().release = "flag";
    DenseHead module(network->trunk(), sharedGeometry(head));
    PackageAddition addition;
    const torch::NoGradGuard guard;
    for (auto& item : module->named_parameters()) {
      if (item.key() == "classify.bias") item.value()[right] = bias;
      addition.tensors[std::string(rightVentricleTask) + "." + item.key()] =
          item.value().detach().to(torch::kBFloat16);
    }
    addition.heads[rightVentricleTask] = head;
    const std::string to = (folder_ / ("with" + std::to_string(static_cast<int>(bias)))).string();
    extendPackage(from_, to, addition);
    return to;
  }

  DecoderOptions training() const {
    DecoderOptions o;
    o.task = rightVentricleTask;
    o.package = from_;
    o.ownBlocks = {"up1"};
    o.training.steps = 2;
    o.training.batch = 4;
    o.training.validateEvery = 1;
    o.training.validationPhantoms = 2;
    o.training.phantomShare = 0.25;
    o.threads = 1;
    o.precision = "float32";
    o.output = (folder_ / "run").string();
    for (int i = 0; i < 3; ++i) {
      const auto seed = static_cast<std::uint64_t>(20 + i);
      o.frames.push_back(frameOf("A", seed, true));
      o.frames.push_back(frameOf("B", 10 + seed, false));
      o.frames.push_back(frameOf("C", 20 + seed, true));
    }
    o.validationPatients = {"C"};
    return o;
  }

  fs::path folder_ = test::ownFolder();
  std::string from_;
};

TEST_F(RightVentricleHead, LeavesTheLeftVentricleAsItIsPixelForPixel) {
  const ImageStack stack = drawnStack();
  const Segmentation alone = loadNetworkSegmenter(from_, {"float32", 1, 4})->segment(stack, {});
  const Segmentation both =
      loadNetworkSegmenter(withHead(100), {"float32", 1, 4})->segment(stack, {});
  std::size_t left = 0;
  std::size_t becameRight = 0;
  for (std::size_t i = 0; i < alone.labels.labels.size(); ++i) {
    const std::uint8_t before = alone.labels.labels[i];
    const std::uint8_t after = both.labels.labels[i];
    if (before == cavity || before == myocardium || after == cavity || after == myocardium) {
      ++left;
      ASSERT_EQ(before, after) << i;
    }
    becameRight += before != right && after == right ? 1U : 0U;
  }
  EXPECT_GT(left, 0U);
  EXPECT_GT(becameRight, 0U);
  EXPECT_EQ(alone.heartCentreColumn, both.heartCentreColumn);
  for (std::size_t i = 0; i < alone.confidence.size(); ++i) {
    for (const std::uint8_t k : {cavity, myocardium}) {
      EXPECT_EQ(alone.confidence[i].meanProbability[k], both.confidence[i].meanProbability[k]);
    }
  }
}

TEST_F(RightVentricleHead, SaysAloneWhereTheRightVentricleIs) {
  const Segmentation none =
      loadNetworkSegmenter(withHead(-100), {"float32", 1, 4})->segment(drawnStack(), {});
  EXPECT_EQ(std::count(none.labels.labels.begin(), none.labels.labels.end(), right), 0);
}

TEST_F(RightVentricleHead, CostsNoSecondPassOfTheBackbone) {
  const ImageStack stack = drawnStack();
  EXPECT_EQ(loadNetworkSegmenter(from_, {"float32", 1, 4})->segment(stack, {}).picturesRead,
            loadNetworkSegmenter(withHead(1), {"float32", 1, 4})->segment(stack, {}).picturesRead);
}

TEST_F(RightVentricleHead, SaysWhatIsKnownOfItAndWhetherItIsReleased) {
  constexpr auto at = static_cast<std::size_t>(Structure::rvCavity);
  EXPECT_EQ(openPackage(from_).identity.release[at], "off");
  const PackageIdentity identity = openPackage(withHead(1)).identity;
  EXPECT_EQ(identity.release[at], "flag");
  EXPECT_EQ(identity.evidence[at], "both");
  EXPECT_EQ(identity.release[static_cast<std::size_t>(Structure::lvCavity)], "report");
}

TEST_F(RightVentricleHead, LearnsFromFramesThatKnowItAndStaysOff) {
  DecoderOptions options = training();
  options.nonExpert = true;
  finetuneDecoder(options);
  const ModelPackage package = openPackage((folder_ / "run/package").string());
  const HeadDescription& head = package.heads.at(rightVentricleTask);
  EXPECT_EQ(head.classes.back().evidence, nonExpertEvidence);
  EXPECT_EQ(head.classes.back().release, "off");
  const json& told = package.manifest.at("training").at("heads").at(rightVentricleTask);
  EXPECT_EQ(told.at("trained").at("frames"), 6);
  EXPECT_EQ(told.at("trained").at("withRv"), 3);
  EXPECT_EQ(told.at("validated").at("patients"), json({"C"}));
  const auto before = readTensors(openPackage(from_), "seg_cine_sax");
  for (const auto& [name, tensor] : readTensors(package, "seg_cine_sax")) {
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
  }
}

TEST_F(RightVentricleHead, IsNotTaughtWithoutAFrameThatKnowsIt) {
  DecoderOptions o = training();
  for (TrainingFrame& frame : o.frames) {
    frame.known &= static_cast<std::uint8_t>(~bitOf(Structure::rvCavity));
  }
  try {
    finetuneDecoder(o);
    FAIL() << "taught by nothing";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("masks of the right ventricle"));
  }
  o = training();
  o.task = "seg_lge_sax";
  EXPECT_THROW(finetuneDecoder(o), InputError);
}

TEST(FramesToLearnFrom, KnowTheRightVentricleInThreeOfFour) {
  std::vector<TrainingFrame> frames(10);
  frames[3].known = bitOf(Structure::rvCavity);
  frames[8].known = bitOf(Structure::rvCavity);
  int knowing = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::size_t at = pickFrame(frames, i / 1000.0);
    ASSERT_LT(at, frames.size());
    knowing += at == 3 || at == 8 ? 1 : 0;
  }
  EXPECT_EQ(knowing, 750);
}

}  // namespace
}  // namespace cmr
