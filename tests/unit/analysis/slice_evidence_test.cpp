#include "analysis/slice_evidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

ExtentInput inputOf(const BeatingHeart& heart, const LabelStack& labels) {
  ExtentInput input;
  input.sliceCount = labels.sliceCount;
  input.phaseCount = labels.phaseCount;
  input.shapes = shapesOf(heart.stack(), labels);
  return input;
}

TEST(SliceEvidence, ContractionRunsFromZeroAtEndDiastoleToOneAtEndSystole) {
  BeatingHeart heart;
  heart.endDiastole = 19;
  const std::vector<double> found = contraction(inputOf(heart, heart.labels()));
  EXPECT_EQ(found[19], 0);
  EXPECT_EQ(found[7], 1);
  EXPECT_NEAR(found[3], heart.contraction(3), 0.15);
}

TEST(SliceEvidence, SlicesThatDoNotBeatDoNotChangeTheContraction) {
  const BeatingHeart heart;
  LabelStack labels = heart.labels();
  heart.addAtrium(labels, 2);
  const std::vector<double> found = contraction(inputOf(heart, labels));
  EXPECT_EQ(found[0], 0);
  EXPECT_EQ(found[8], 1);
}

TEST(SliceEvidence, TheVentricleShrinksAndTheAtriumGrows) {
  BeatingHeart heart;
  heart.descentMm = 0;
  LabelStack labels = heart.labels();
  heart.addAtrium(labels, 1);
  const ExtentInput input = inputOf(heart, labels);
  const std::vector<double> shrinks = shrinkage(input, contraction(input));
  EXPECT_NEAR(shrinks[6], 1 - 0.72 * 0.72, 0.04);
  EXPECT_LT(shrinks[2], -0.2);
  EXPECT_TRUE(std::isnan(shrinks[0]));
}

TEST(SliceEvidence, AnAtriumWithAClosedWallIsCountedOutAtTheBaseOnly) {
  BeatingHeart heart;
  heart.descentMm = 0;
  LabelStack labels = heart.labels();
  heart.addAtrium(labels, 1);
  const ExtentInput input = inputOf(heart, labels);
  std::vector<double> evidence = imageEvidence(input, {});
  const std::vector<double> shrinks = shrinkage(input, contraction(input));
  EXPECT_EQ(evidence[input.at(2, 5)], 1);
  const std::vector<double> before = evidence;
  weighSlices(input, {}, shrinks, surestSlice(input, evidence, shrinks), evidence);
  EXPECT_EQ(evidence[input.at(2, 5)], -1);
  for (int slice = 3; slice < 12; ++slice) {
    EXPECT_EQ(evidence[input.at(slice, 5)], before[input.at(slice, 5)]) << slice;
  }
}

TEST(SliceEvidence, AHeartThatHardlyBeatsIsNotJudgedByItsMotion) {
  BeatingHeart heart;
  heart.descentMm = 0;
  heart.shrinks = 0.98;
  LabelStack labels = heart.labels();
  heart.addAtrium(labels, 1);
  const ExtentInput input = inputOf(heart, labels);
  std::vector<double> evidence = imageEvidence(input, {});
  const std::vector<double> shrinks = shrinkage(input, contraction(input));
  weighSlices(input, {}, shrinks, surestSlice(input, evidence, shrinks), evidence);
  EXPECT_EQ(evidence[input.at(2, 5)], 1);
}

TEST(SliceEvidence, ConfidenceWeighsAsMuchAsTheRing) {
  const BeatingHeart heart;
  ExtentInput input = inputOf(heart, heart.labels());
  EXPECT_EQ(imageEvidence(input, {})[input.at(6, 0)], 1);
  EXPECT_EQ(imageEvidence(input, {})[input.at(0, 0)], -1);
  FrameConfidence doubtful;
  doubtful.meanProbability.fill(0.5F);
  doubtful.peakProbability.fill(0.25F);
  input.confidence.assign(input.shapes.size(), doubtful);
  EXPECT_EQ(imageEvidence(input, {})[input.at(6, 0)], 0);
  EXPECT_EQ(imageEvidence(input, {})[input.at(0, 0)], -0.5);
}

TEST(SliceEvidence, NothingLabelledHasNoSurestSlice) {
  const BeatingHeart heart;
  const ExtentInput input = inputOf(heart, LabelStack(96, 96, heart.slices, heart.phases));
  const std::vector<double> shrinks = shrinkage(input, contraction(input));
  EXPECT_EQ(surestSlice(input, imageEvidence(input, {}), shrinks), -1);
}

}  // namespace
}  // namespace cmr
