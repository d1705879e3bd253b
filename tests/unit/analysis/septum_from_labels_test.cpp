#include "analysis/septum_from_labels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

constexpr double degree = std::numbers::pi / 180;

// Rings of 30 mm with a right ventricle that hugs the wall over an arc; images are axial, so that
// in front is up.
class SeptumFromLabelsTest : public testing::Test {
 protected:
  void ring(int slice) { heart.draw(labels, slice, 0, circle(20), circle(30)); }
  void right(int slice, double fromDegrees, double toDegrees) {
    const auto frame = labels.frame(slice, 0);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const double x = (static_cast<double>(i % 128) - heart.centreX) * heart.columnMm;
      const double y = (static_cast<double>(i / 128) - heart.centreY) * heart.rowMm;
      const double away = std::hypot(x, y);
      double angle = std::atan2(y, x) / degree;
      if (angle < 0) angle += 360;
      if (away < 30 || away > 50 || angle < fromDegrees || angle > toDegrees) continue;
      frame[i] = static_cast<std::uint8_t>(Structure::rvCavity);
    }
  }
  std::vector<std::optional<SeptumDirections>> septum() const {
    return septumFromLabels(stack, labels, 0);
  }
  static double degrees(double rad) { return std::fmod(rad / degree + 720, 360); }

  RingHeart heart;
  LabelStack labels = heart.noLabels(4, 1);
  ImageStack stack = heart.stack(4, 1);
};

TEST_F(SeptumFromLabelsTest, EndsWhereTheRightVentricleLeavesTheWallAndAnteriorIsInFront) {
  for (int slice = 0; slice < 4; ++slice) {
    ring(slice);
    right(slice, 140, 230);
  }
  for (const auto& one : septum()) {
    ASSERT_TRUE(one);
    EXPECT_NEAR(degrees(one->anteriorRad), 230, 5);
    EXPECT_NEAR(degrees(one->inferiorRad), 140, 5);
  }
}

TEST_F(SeptumFromLabelsTest, KnowsTheFrontInImagesThatAreUpsideDown) {
  for (PlaneGeometry& plane : stack.planes) plane.columnDirection = {0, -1, 0};
  for (int slice = 0; slice < 4; ++slice) {
    ring(slice);
    right(slice, 140, 230);
  }
  ASSERT_TRUE(septum()[0]);
  EXPECT_NEAR(degrees(septum()[0]->anteriorRad), 140, 5);
}

TEST_F(SeptumFromLabelsTest, GivesSlicesBeyondTheRightVentricleTheDirectionsOfTheNearest) {
  for (int slice = 0; slice < 4; ++slice) ring(slice);
  right(0, 140, 230);
  right(1, 150, 220);
  ASSERT_TRUE(septum()[3]);
  EXPECT_NEAR(degrees(septum()[3]->anteriorRad), 220, 5);
}

TEST_F(SeptumFromLabelsTest, LeavesAStrayRightVentricleAside) {
  for (int slice = 0; slice < 4; ++slice) {
    ring(slice);
    slice == 2 ? right(slice, 20, 110) : right(slice, 140, 230);
  }
  ASSERT_TRUE(septum()[2]);
  EXPECT_NEAR(degrees(septum()[2]->anteriorRad), 230, 5);
}

TEST_F(SeptumFromLabelsTest, SaysNothingWithoutARightVentricleOrWithoutARing) {
  for (int slice = 0; slice < 3; ++slice) ring(slice);
  for (const auto& one : septum()) EXPECT_FALSE(one);
  right(0, 140, 230);
  EXPECT_TRUE(septum()[1]);
  EXPECT_FALSE(septum()[3]);
}

TEST_F(SeptumFromLabelsTest, SaysNothingWhereTheContactIsATouch) {
  for (int slice = 0; slice < 4; ++slice) {
    ring(slice);
    right(slice, 175, 190);
  }
  for (const auto& one : septum()) EXPECT_FALSE(one);
}

}  // namespace
}  // namespace cmr
