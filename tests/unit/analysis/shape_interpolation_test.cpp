#include "analysis/shape_interpolation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

double countOf(const std::vector<std::uint8_t>& labels, Structure structure) {
  return static_cast<double>(
      std::count(labels.begin(), labels.end(), static_cast<std::uint8_t>(structure)));
}

TEST(ShapeInterpolation, BetweenTwoEqualFramesIsTheSameFrame) {
  const BeatingHeart heart;
  LabelStack labels = heart.labels();
  const auto frame = labels.frame(6, 3);
  const auto plane = heart.stack().planes[6];
  const auto between = interpolateLabels(plane, labels.rows, labels.columns, frame, frame, 0.3);
  EXPECT_TRUE(std::equal(between.begin(), between.end(), frame.begin()));
}

TEST(ShapeInterpolation, BetweenTwoDiscsLiesADiscOfTheMeanRadiusAtTheMeanPlace) {
  const BeatingHeart heart;
  LabelStack labels(96, 96, 1, 2);
  heart.addBlob(labels, 0, 0, Structure::lvCavity, -20, 0, 15);
  heart.addBlob(labels, 0, 1, Structure::lvCavity, 20, 6, 27);
  const auto between = interpolateLabels(heart.stack().planes[0], 96, 96, labels.frame(0, 0),
                                         labels.frame(0, 1), 0.5);
  const double expected = std::numbers::pi * 21 * 21 / (1.5 * 1.5);
  EXPECT_NEAR(countOf(between, Structure::lvCavity), expected, 0.03 * expected);
  double column = 0;
  for (std::size_t i = 0; i < between.size(); ++i) {
    column += between[i] == 1 ? static_cast<double>(i % 96) : 0;
  }
  EXPECT_NEAR(column / countOf(between, Structure::lvCavity), heart.centreX(0), 0.3);
}

TEST(ShapeInterpolation, AShapeThatOnlyOneFrameHoldsDoesNotAppear) {
  const BeatingHeart heart;
  LabelStack labels(96, 96, 1, 2);
  heart.addBlob(labels, 0, 0, Structure::rvCavity, 0, 0, 15);
  const auto between = interpolateLabels(heart.stack().planes[0], 96, 96, labels.frame(0, 0),
                                         labels.frame(0, 1), 0.5);
  EXPECT_EQ(countOf(between, Structure::rvCavity), 0);
}

}  // namespace
}  // namespace cmr
