#include "models/marked_frames.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "analysis/errors.h"
#include "analysis/network_segmenter.h"
#include "models/extend_package.h"
#include "models/finetune_decoder.h"
#include "models/package_writer.h"
#include "tests/support/test_folder.h"
#include "tests/support/tiny_network.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

StackLandmark at(const std::string& name, double column, double row, double confidence) {
  return {name, column, row, confidence, true};
}

MarkedFrame found(const std::string& name, const std::vector<StackLandmark>& landmarks) {
  MarkedFrame frame;
  frame.name = name;
  frame.stack.planes.push_back({{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, 1.5, 1.5});
  frame.landmarks = landmarks;
  return frame;
}

TEST(MarkedFrames, AreScoredInMillimetresAndOfWhatNobodyMarkedNothingIsThere) {
  const LandmarkMarks marks{{"a", {{"anterior_rv_insertion", {10, 20}}}}};
  const DecoderScores scores = scoreMarks(
      {found("a", {at("anterior_rv_insertion", 13, 24, 0.8), at("lv_apex", 1, 1, 0.3)})}, marks);
  ASSERT_EQ(scores.landmarks.at("anterior_rv_insertion").size(), 1U);
  EXPECT_TRUE(scores.landmarks.at("anterior_rv_insertion")[0].present);
  EXPECT_DOUBLE_EQ(scores.landmarks.at("anterior_rv_insertion")[0].errorMm, 7.5);
  EXPECT_FALSE(scores.landmarks.at("lv_apex")[0].present);
  EXPECT_DOUBLE_EQ(summarise(scores.landmarks.at("lv_apex"), 0.2).falseAlarmRate, 1);
  EXPECT_DOUBLE_EQ(summarise(scores.landmarks.at("lv_apex"), 0.4).falseAlarmRate, 0);
}

// A package of a tiny network with an untrained landmark head.
std::string landmarkPackage(const fs::path& folder) {
  Network network = seededNetwork(tinyVit());
  network->eval();
  const std::string from = (folder / "from").string();
  writePackage(from, network, {"tiny", "0.0.1", 5.0, tinySize, nlohmann::json::object(), {}});
  PackageAddition addition;
  HeadDescription head = describeDecoder("landmarks", {"up1"});
  DenseHead module(network->trunk(), sharedGeometry(head));
  for (const auto& item : module->named_parameters()) {
    addition.tensors[head.task + "." + item.key()] = item.value().detach().to(torch::kBFloat16);
  }
  addition.heads[head.task] = head;
  const std::string to = (folder / "to").string();
  extendPackage(from, to, addition);
  return to;
}

TEST(MarkedFrames, AreReadOneByOneWithAllLandmarksOfTheTask) {
  const fs::path folder = test::ownFolder();
  const std::string package = landmarkPackage(folder);
  std::vector<TrainingFrame> frames;
  for (const char* name : {"a", "b", "c"}) {
    const DenseFrame drawn = drawDenseFrame("landmarks", 5 + frames.size());
    frames.push_back(drawn.frame);
    frames.back().name = name;
  }
  const LandmarkMarks marks{{"a", {{"anterior_rv_insertion", {10, 20}}}},
                            {"c", {{"inferior_rv_insertion", {30, 20}}}}};
  const InferenceSettings settings{"float32", 1, 4};
  DenseReader reader(package, settings);
  const auto segmenter = loadNetworkSegmenter(package, settings);
  EXPECT_THROW(readMarkedFrames(frames, {{"d", {}}}, *segmenter, reader), InputError);
  const auto read = readMarkedFrames(frames, marks, *segmenter, reader);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].name, "c");
  for (const MarkedFrame& frame : read) {
    ASSERT_EQ(frame.landmarks.size(), 5U);
    for (const StackLandmark& mark : frame.landmarks) {
      EXPECT_FALSE(mark.name.empty());
      EXPECT_TRUE(std::isfinite(mark.column) && mark.confidence <= 1) << mark.name;
    }
    EXPECT_EQ(frame.labels.frame(0, 0).size(), frame.stack.frames[0].pixels.size());
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace cmr
