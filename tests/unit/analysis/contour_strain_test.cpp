#include "analysis/contour_strain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/beating_heart.h"
#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

// Cavity from 25 to 17.5 mm, wall of constant area: endocardial strain -30 %, mid-wall and radial
// follow from the radii.
TEST(ContourStrain, IsThatOfACylinderThatShrinks) {
  const RingHeart heart;
  const int phases = 5;
  LabelStack labels = heart.noLabels(2, phases);
  std::vector<double> inner, outer;
  for (int phase = 0; phase < phases; ++phase) {
    inner.push_back(25 - 7.5 * phase / (phases - 1));
    outer.push_back(std::sqrt(inner.back() * inner.back() + 34.0 * 34.0 - 25.0 * 25.0));
    for (int slice = 0; slice < 2; ++slice) {
      heart.draw(labels, slice, phase, circle(inner.back()), circle(outer.back()));
    }
  }
  const StrainResult result = contourStrain(heart.stack(2, phases), labels, 0);
  EXPECT_EQ(result.usedSlices, (std::vector<int>{0, 1}));
  for (std::size_t phase = 0; phase < inner.size(); ++phase) {
    ASSERT_TRUE(result.global[phase]);
    EXPECT_NEAR(result.global[phase]->endocardial, 100 * (inner[phase] / 25 - 1), 1.0);
    EXPECT_NEAR(result.global[phase]->midwall,
                100 * ((inner[phase] + outer[phase]) / (25 + 34) - 1), 1.0);
    EXPECT_NEAR(result.global[phase]->radial, 100 * ((outer[phase] - inner[phase]) / (34 - 25) - 1),
                3.0);
  }
  const auto peak = peakStrain(result.global);
  ASSERT_TRUE(peak);
  EXPECT_NEAR(peak->endocardial, -30, 1.0);
}

TEST(ContourStrain, FollowsABeatingHeartAndLeavesSlicesOutThatTheBasePasses) {
  const test::BeatingHeart heart;
  const LabelStack labels = heart.labels();
  const StrainResult result = contourStrain(heart.stack(), labels, heart.endDiastole);
  ASSERT_GE(result.usedSlices.size(), 4U);
  for (const int slice : result.usedSlices) {
    for (int phase = 0; phase < heart.phases; ++phase) {
      ASSERT_TRUE(heart.holdsLv(slice, phase));
      const double before = heart.cavityRadius(slice, heart.endDiastole);
      if (before < 10) continue;  // a few pixels
      const double expected = 100 * (heart.cavityRadius(slice, phase) / before - 1);
      const auto& strain =
          result.slices[static_cast<std::size_t>(slice)][static_cast<std::size_t>(phase)];
      EXPECT_NEAR(strain->endocardial, expected, 2.5) << slice << " " << phase;
    }
  }
  // Its base passes slice 3 (24 mm) in systole.
  EXPECT_TRUE(result.slices[3][0]);
  EXPECT_FALSE(result.slices[3][8]);
}

TEST(ContourStrain, IsZeroAtEndDiastoleAndWithoutMotion) {
  const RingHeart heart;
  LabelStack labels = heart.noLabels(1, 3);
  for (int phase = 0; phase < 3; ++phase) heart.draw(labels, 0, phase, circle(20), circle(29));
  for (const auto& strain : contourStrain(heart.stack(1, 3), labels, 1).global) {
    EXPECT_DOUBLE_EQ(strain->endocardial, 0);
    EXPECT_DOUBLE_EQ(strain->midwall, 0);
    EXPECT_DOUBLE_EQ(strain->radial, 0);
  }
}

TEST(ContourStrain, IsNotThereWhereNoWallIsClosed) {
  const RingHeart heart;
  const StrainResult result = contourStrain(heart.stack(2, 3), heart.noLabels(2, 3), 0);
  EXPECT_TRUE(result.usedSlices.empty());
  EXPECT_FALSE(peakStrain(result.global));
}

}  // namespace
}  // namespace cmr
