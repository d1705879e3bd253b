#include "models/project_labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/projected_score.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

// A long axis through the beating heart of the tests: rows run along the slices' normal.
PlaneGeometry alongTheHeart(const ImageStack& stack, double throughRow) {
  const PlaneGeometry& first = stack.planes.front();
  const PlaneGeometry& last = stack.planes.back();
  const Vec3 along = last.originMm - first.originMm;
  return {pixelToPatient(first, 0, throughRow), first.rowDirection, along * (1 / norm(along)), 1.5,
          1.5};
}

TEST(ProjectedLabels, AreTheLabelsThemselvesInTheirOwnPlanes) {
  const test::BeatingHeart heart;
  const ImageStack stack = heart.stack();
  const LabelStack labels = heart.labels();
  const std::vector<bool> all(static_cast<std::size_t>(heart.slices), true);
  for (const int slice : {3, 6}) {
    const auto projected =
        projectLabels(stack, labels, 2, all, stack.planes[static_cast<std::size_t>(slice)],
                      stack.rows, stack.columns);
    const auto own = labels.frame(slice, 2);
    EXPECT_TRUE(std::equal(projected.begin(), projected.end(), own.begin()));
  }
}

TEST(ProjectedLabels, ShowTheHeartsLengthInAPlaneAcrossTheSlices) {
  const test::BeatingHeart heart;
  const ImageStack stack = heart.stack();
  const std::vector<bool> all(static_cast<std::size_t>(heart.slices), true);
  const auto projected =
      projectLabels(stack, heart.labels(), 0, all, alongTheHeart(stack, heart.centreY()), 96, 96);
  // Down the column through the heart's middle: as many millimetres of cavity as slices hold it.
  const auto column = static_cast<std::size_t>(std::lround(heart.centreX(6)));
  double cavityMm = 0;
  int slices = 0;
  for (std::size_t r = 0; r < 96; ++r) {
    cavityMm += projected[r * 96 + column] == 1 ? 1.5 : 0;
  }
  for (int s = 0; s < heart.slices; ++s)
    slices += heart.cavityRadius(s, 0) > 3 && heart.holdsLv(s, 0);
  EXPECT_NEAR(cavityMm, slices * heart.sliceMm, heart.sliceMm);
}

TEST(ProjectedLabels, AreUnknownWhereNoLabelledSliceLies) {
  const test::BeatingHeart heart;
  const ImageStack stack = heart.stack();
  std::vector<bool> one(static_cast<std::size_t>(heart.slices), false);
  one[6] = true;
  const auto projected =
      projectLabels(stack, heart.labels(), 0, one, alongTheHeart(stack, heart.centreY()), 96, 96);
  std::size_t known = 0;
  for (const std::uint8_t label : projected) known += label != unknownLabel ? 1U : 0U;
  // One slice's thickness: 8 mm of rows of 1.5 mm.
  EXPECT_NEAR(static_cast<double>(known) / 96, 8 / 1.5, 1);
}

TEST(ProjectedScore, IsOneForTheSameLabelsAndLessForOthers) {
  const test::BeatingHeart heart;
  const ImageStack stack = heart.stack();
  const LabelledStack reference{stack, heart.labels(),
                                std::vector<bool>(static_cast<std::size_t>(heart.slices), true)};
  EXPECT_DOUBLE_EQ(together(scoreProjected(stack, heart.labels(), reference)).cavity.dice(), 1);
  test::BeatingHeart smaller = heart;
  smaller.cavityMm = 20;
  const double dice = together(scoreProjected(stack, smaller.labels(), reference)).cavity.dice();
  EXPECT_LT(dice, 0.95);
  EXPECT_GT(dice, 0.6);
}

}  // namespace
}  // namespace cmr
