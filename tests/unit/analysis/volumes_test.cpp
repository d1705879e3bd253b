#include "analysis/volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

ImageStack slicesAt(const std::vector<double>& positionsMm, Vec3 rowDirection = {1, 0, 0},
                    Vec3 columnDirection = {0, 1, 0}) {
  ImageStack stack;
  stack.sliceCount = static_cast<int>(positionsMm.size());
  const Vec3 normal = cross(rowDirection, columnDirection);
  for (const double mm : positionsMm) {
    stack.planes.push_back({normal * mm, rowDirection, columnDirection, 1.5, 1.25});
  }
  return stack;
}

TEST(Volumes, EvenlySpacedSlicesEachStandForTheirDistance) {
  EXPECT_THAT(discThicknessesMm(slicesAt({0, 8, 16, 24})),
              testing::Pointwise(testing::DoubleNear(1e-9), {8, 8, 8, 8}));
}

TEST(Volumes, TheSlicesBesideAGapShareIt) {
  EXPECT_THAT(discThicknessesMm(slicesAt({0, 8, 24, 32})),
              testing::Pointwise(testing::DoubleNear(1e-9), {8, 12, 12, 8}));
}

TEST(Volumes, AnOutermostSliceBeyondAGapDoesNotGrowOutwards) {
  EXPECT_THAT(discThicknessesMm(slicesAt({0, 16, 24, 32})),
              testing::Pointwise(testing::DoubleNear(1e-9), {12, 12, 8, 8}));
}

TEST(Volumes, DistancesAreMeasuredAlongTheNormalOfObliquePlanes) {
  EXPECT_THAT(discThicknessesMm(slicesAt({0, 10, 20}, {0.6, 0.8, 0}, {0, 0, -1})),
              testing::Pointwise(testing::DoubleNear(1e-9), {10, 10, 10}));
}

TEST(Volumes, ASingleSliceHasNone) {
  const ImageStack stack = slicesAt({0});
  EXPECT_TRUE(discThicknessesMm(stack).empty());
  EXPECT_TRUE(volumesMl(stack, LabelStack(4, 4, 1, 3), Structure::lvCavity).empty());
}

TEST(Volumes, AreTheSumOfPixelsTimesSpacings) {
  const ImageStack stack = slicesAt({0, 8, 24});
  LabelStack labels(4, 5, 3, 2);
  labels.frame(0, 1)[3] = 1;
  labels.frame(1, 1)[3] = labels.frame(1, 1)[4] = 1;
  labels.frame(2, 1)[3] = 2;
  const std::vector<double> ml = volumesMl(stack, labels, Structure::lvCavity);
  ASSERT_EQ(ml.size(), 2U);
  EXPECT_EQ(ml[0], 0);
  // 8, 12 and 12 mm: the gap is shared, and beyond the last slice lies half the usual distance.
  EXPECT_NEAR(ml[1], 1.5 * 1.25 * (1 * 8 + 2 * 12) / 1000, 1e-12);
}

TEST(Volumes, DoNotDependOnTheOrderOfSlices) {
  const BeatingHeart heart;
  ImageStack stack = heart.stack();
  LabelStack labels = heart.labels();
  const std::vector<double> expected = volumesMl(stack, labels, Structure::lvCavity);
  LabelStack turned(labels.rows, labels.columns, labels.sliceCount, labels.phaseCount);
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      const auto from = labels.frame(labels.sliceCount - 1 - slice, phase);
      std::copy(from.begin(), from.end(), turned.frame(slice, phase).begin());
    }
  }
  std::reverse(stack.planes.begin(), stack.planes.end());
  EXPECT_THAT(volumesMl(stack, turned, Structure::lvCavity),
              testing::Pointwise(testing::DoubleNear(1e-9), expected));
}

}  // namespace
}  // namespace cmr
