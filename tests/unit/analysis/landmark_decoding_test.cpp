#include "analysis/landmark_decoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace cmr {
namespace {

constexpr int side = 48;

// A Gaussian that sums to `mass` over the picture's pixels.
std::vector<float> bump(double column, double row, double sigma, double mass) {
  std::vector<float> map(side * side);
  double sum = 0;
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      const double d2 = (c - column) * (c - column) + (r - row) * (r - row);
      sum += std::exp(-d2 / (2 * sigma * sigma));
    }
  }
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      const double d2 = (c - column) * (c - column) + (r - row) * (r - row);
      map[static_cast<std::size_t>(r * side + c)] =
          static_cast<float>(mass * std::exp(-d2 / (2 * sigma * sigma)) / sum);
    }
  }
  return map;
}

TEST(HeatMap, GivesTheMiddleOfABumpToATenthOfAPixelWhereverItLiesBetweenPixels) {
  for (double dx = -0.5; dx <= 0.5; dx += 0.1) {
    for (double dy = -0.5; dy <= 0.5; dy += 0.25) {
      const auto found = decodeHeatMap(bump(20 + dx, 31 + dy, 1.5, 1), side, side);
      ASSERT_TRUE(found);
      EXPECT_NEAR(found->column, 20 + dx, 0.1);
      EXPECT_NEAR(found->row, 31 + dy, 0.1);
    }
  }
}

TEST(HeatMap, MovesWithItsBump) {
  const auto here = decodeHeatMap(bump(20.3, 15.8, 2, 0.9), side, side);
  const auto there = decodeHeatMap(bump(27.3, 21.8, 2, 0.9), side, side);
  EXPECT_NEAR(there->column - here->column, 7, 1e-3);
  EXPECT_NEAR(there->row - here->row, 6, 1e-3);
}

TEST(HeatMap, IsNotPulledInwardsByTheBorder) {
  const auto found = decodeHeatMap(bump(1, 24, 2, 1), side, side);
  EXPECT_NEAR(found->column, 1, 0.3);
  EXPECT_NEAR(found->row, 24, 0.05);
}

TEST(HeatMap, IsAsSureAsItsProbabilityAboutThePeak) {
  EXPECT_NEAR(decodeHeatMap(bump(24, 24, 1, 0.7), side, side)->confidence, 0.7, 0.01);
  // Two places of equal right: either is half sure.
  std::vector<float> both = bump(10, 24, 1, 0.5);
  const std::vector<float> other = bump(38, 24, 1, 0.5);
  for (std::size_t i = 0; i < both.size(); ++i) both[i] += other[i];
  EXPECT_NEAR(decodeHeatMap(both, side, side)->confidence, 0.5, 0.01);
}

TEST(HeatMap, HoldsNoLandmarkWhenItIsEmptyAndAnUnlikelyOneWhenNearlySo) {
  EXPECT_FALSE(decodeHeatMap(std::vector<float>(side * side), side, side));
  EXPECT_LT(decodeHeatMap(bump(24, 24, 2, 0.02), side, side)->confidence, 0.03);
}

}  // namespace
}  // namespace cmr
