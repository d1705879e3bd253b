#include "analysis/crop_labels.h"

#include <gtest/gtest.h>

#include <vector>

namespace cmr {
namespace {

constexpr int side = 4;
constexpr std::size_t pixels = side * side;

ImageStack stackOfOne() {
  ImageStack stack;
  stack.rows = stack.columns = side;
  stack.sliceCount = stack.phaseCount = 1;
  stack.frames.resize(1);
  return stack;
}

Segmentation emptyFor(const ImageStack& stack) {
  Segmentation seen;
  seen.labels = LabelStack(stack.rows, stack.columns, 1, 1);
  seen.confidence.resize(1);
  return seen;
}

// Background with 0.6 everywhere; in the first row the structure has 0.9.
std::vector<float> firstRowIs(Structure structure) {
  std::vector<float> values(structureCount * pixels, 0.1F);
  for (std::size_t i = 0; i < pixels; ++i) values[i] = i < side ? 0.05F : 0.6F;
  for (std::size_t i = 0; i < side; ++i) {
    values[static_cast<std::size_t>(structure) * pixels + i] = 0.9F;
  }
  return values;
}

TEST(CropLabels, TheMostProbableStructureIsStoredWithItsConfidence) {
  const ImageStack stack = stackOfOne();
  Segmentation seen = emptyFor(stack);
  const auto values = firstRowIs(Structure::lvCavity);
  EXPECT_FALSE(showsCavity(seen.labels, {0, 0}));
  storeLabels({values, structureCount, side, {}}, stack, {0, 0}, seen);
  EXPECT_TRUE(showsCavity(seen.labels, {0, 0}));
  const auto labels = seen.labels.frame(0, 0);
  for (std::size_t i = 0; i < pixels; ++i) EXPECT_EQ(labels[i], i < side ? 1 : 0) << i;
  const FrameConfidence& confidence = seen.confidence.at(0);
  EXPECT_FLOAT_EQ(confidence.meanProbability[1], 0.9F);
  EXPECT_FLOAT_EQ(confidence.meanProbability[2], 0) << "it is nowhere";
  EXPECT_FLOAT_EQ(confidence.peakProbability[2], 0.1F) << "the most of it that is anywhere";
}

TEST(CropLabels, AHeadOfTheRightVentricleTakesNothingFromTheLeft) {
  const ImageStack stack = stackOfOne();
  Segmentation seen = emptyFor(stack);
  const auto left = firstRowIs(Structure::lvCavity);
  storeLabels({left, structureCount, side, {}}, stack, {0, 0}, seen);
  auto right = firstRowIs(Structure::rvCavity);
  right[static_cast<std::size_t>(Structure::rvCavity) * pixels + side] = 0.8F;
  storeRightVentricle({right, structureCount, side, {}}, stack, {0, 0}, seen);
  const auto labels = seen.labels.frame(0, 0);
  EXPECT_EQ(labels[0], static_cast<int>(Structure::lvCavity));
  EXPECT_EQ(labels[side], static_cast<int>(Structure::rvCavity));
  EXPECT_FLOAT_EQ(seen.confidence.at(0).meanProbability[3], 0.8F) << "over its own pixels alone";
  EXPECT_FLOAT_EQ(seen.confidence.at(0).peakProbability[3], 0.9F);
  EXPECT_FLOAT_EQ(seen.confidence.at(0).meanProbability[1], 0.9F);
}

}  // namespace
}  // namespace cmr
