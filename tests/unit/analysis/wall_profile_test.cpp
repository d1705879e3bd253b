#include "analysis/wall_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

std::optional<WallProfile> profileOf(const RingHeart& heart, const test::Radius& endocardium,
                                     const test::Radius& epicardium) {
  LabelStack labels = heart.noLabels(1, 1);
  heart.draw(labels, 0, 0, endocardium, epicardium);
  return wallProfile(heart.stack(1, 1), labels, 0, 0);
}

TEST(WallProfile, GivesTheRadiiAndThicknessOfARing) {
  const RingHeart heart;
  for (double inner = 8; inner <= 34; inner += 6.5) {
    for (const double thick : {5.0, 9.0, 16.0}) {
      const auto wall = profileOf(heart, circle(inner), circle(inner + thick));
      ASSERT_TRUE(wall) << inner;
      EXPECT_NEAR(meanAround(wall->thicknessMm), thick, 0.15) << inner << " " << thick;
      for (std::size_t i = 0; i < wall->thicknessMm.size(); ++i) {
        EXPECT_NEAR(wall->thicknessMm[i], thick, 0.9) << inner << " " << thick << " at " << i;
        EXPECT_NEAR(wall->endocardiumMm[i], inner, 0.6);
      }
      EXPECT_NEAR(perimeterMm(wall->endocardiumMm), 2 * std::numbers::pi * inner,
                  0.015 * 6.3 * inner);
      EXPECT_NEAR(midwallPerimeterMm(*wall), 2 * std::numbers::pi * (inner + thick / 2),
                  0.015 * 6.3 * (inner + thick));
    }
  }
}

TEST(WallProfile, MeasuresInMillimetresWherePixelsAreNotSquare) {
  RingHeart heart;
  heart.columnMm = 1.0;
  heart.rowMm = 1.6;
  const auto wall = profileOf(heart, circle(20), circle(30));
  ASSERT_TRUE(wall);
  EXPECT_NEAR(meanAround(wall->thicknessMm), 10, 0.2);
  EXPECT_NEAR(*std::max_element(wall->endocardiumMm.begin(), wall->endocardiumMm.end()), 20, 0.8);
}

// An ellipse of half axes 20 and 30 mm whose wall is 8 mm wide along its normal: rays from the
// centre are longer than that, chords across the centreline are not.
TEST(WallProfile, MeasuresAcrossTheWallAndNotAlongTheRay) {
  const double a = 20;
  const double b = 30;
  const auto ellipse = [](double p, double q) {
    return [p, q](double t) { return p * q / std::hypot(q * std::cos(t), p * std::sin(t)); };
  };
  // Offset curves of an ellipse are none, but near enough: the thickness between confocal-like
  // ellipses with half axes longer by 8 is 8 at the axes and a little less between them.
  const auto wall = profileOf(RingHeart{}, ellipse(a, b), ellipse(a + 8, b + 8));
  ASSERT_TRUE(wall);
  double longestRay = 0;
  for (std::size_t i = 0; i < wall->thicknessMm.size(); ++i) {
    longestRay = std::max(longestRay, wall->epicardiumMm[i] - wall->endocardiumMm[i]);
    EXPECT_LT(wall->thicknessMm[i], 8.9);
  }
  EXPECT_NEAR(wall->thicknessMm[0], 8, 0.8);
  EXPECT_NEAR(wall->thicknessMm[wallDirections / 4], 8, 0.8);
  EXPECT_GT(longestRay, meanAround(wall->thicknessMm));
}

TEST(WallProfile, IsNotThereWithoutACavityOrAClosedWall) {
  const RingHeart heart;
  EXPECT_FALSE(wallProfile(heart.stack(1, 1), heart.noLabels(1, 1), 0, 0));
  EXPECT_FALSE(profileOf(heart, circle(20), circle(20)));  // no wall
  EXPECT_FALSE(profileOf(heart, circle(0), circle(20)));   // no cavity
  const auto opened = [](double share) {
    return [share](double t) { return std::abs(t) < std::numbers::pi * share ? 20.0 : 30.0; };
  };
  EXPECT_FALSE(profileOf(heart, circle(20), opened(0.25)));
  EXPECT_TRUE(profileOf(heart, circle(20), opened(0.02)));
}

}  // namespace
}  // namespace cmr
