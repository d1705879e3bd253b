#include "analysis/frame_repair.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/frame_shape.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

class FrameRepairTest : public testing::Test {
 protected:
  FrameRepair repair(int slice = 6, int phase = 0) {
    return repairFrame(stack.planes[static_cast<std::size_t>(slice)],
                       leftVentricularAxis(stack, heart.labels()), {}, labels, slice, phase);
  }
  bool asTruth(int slice = 6, int phase = 0) const {
    const LabelStack truth = heart.labels();
    const auto now = labels.frame(slice, phase);
    return std::equal(now.begin(), now.end(), truth.frame(slice, phase).begin());
  }
  FrameShape shape(int slice = 6, int phase = 0) const {
    return shapeOf(stack.planes[0], labels, slice, phase);
  }

  BeatingHeart heart;
  ImageStack stack = heart.stack();
  LabelStack labels = heart.labels();
};

TEST_F(FrameRepairTest, APerfectFrameIsLeftAsItIs) {
  for (int slice = 0; slice < heart.slices; ++slice) {
    const FrameRepair done = repair(slice, 8);
    EXPECT_EQ(done.removedMm2, 0) << slice;
    EXPECT_EQ(done.filledMm2, 0) << slice;
    EXPECT_TRUE(asTruth(slice, 8)) << slice;
  }
}

TEST_F(FrameRepairTest, AVentricleElsewhereIsRemoved) {
  heart.addBlob(labels, 6, 0, Structure::lvMyocardium, 50, 50, 14);
  heart.addBlob(labels, 6, 0, Structure::lvCavity, 50, 50, 9);
  EXPECT_GT(repair().removedMm2, 400);
  EXPECT_TRUE(asTruth());
}

TEST_F(FrameRepairTest, WhereTheVentricleIsMissingNothingTakesItsPlace) {
  BeatingHeart::clear(labels, 6, 0);
  heart.addBlob(labels, 6, 0, Structure::lvMyocardium, 50, 50, 14);
  heart.addBlob(labels, 6, 0, Structure::lvCavity, 50, 50, 9);
  repair();
  EXPECT_EQ(shape().cavityMm2, 0);
  EXPECT_EQ(shape().myocardiumMm2, 0);
}

TEST_F(FrameRepairTest, PapillaryMusclesInsideTheCavityAreCavity) {
  heart.addBlob(labels, 6, 0, Structure::lvMyocardium, 8, 5, 4);
  heart.addBlob(labels, 6, 0, Structure::background, -6, 5, 3);
  EXPECT_GT(repair().filledMm2, 60);
  EXPECT_TRUE(asTruth());
}

TEST_F(FrameRepairTest, AHoleInTheWallIsMyocardium) {
  const double wall = (heart.cavityRadius(6, 0) + heart.outerRadius(6, 0)) / 2;
  heart.addBlob(labels, 6, 0, Structure::background, 0, wall, 2);
  heart.addBlob(labels, 6, 0, Structure::lvCavity, wall, 0, 2.2);
  repair();
  EXPECT_TRUE(asTruth());
}

TEST_F(FrameRepairTest, ACavityWithoutAWallIsRemovedAndSaid) {
  std::replace(labels.frame(6, 0).begin(), labels.frame(6, 0).end(),
               static_cast<std::uint8_t>(Structure::lvMyocardium), std::uint8_t{0});
  EXPECT_TRUE(repair().wallMissing);
  EXPECT_EQ(shape().cavityMm2, 0);
}

TEST_F(FrameRepairTest, ARightVentricleAwayFromTheSeptumIsRemovedAndSaid) {
  BeatingHeart::clear(labels, 10, 0);
  heart.draw(labels, 10, 0);
  heart.addBlob(labels, 10, 0, Structure::rvCavity, -55, 0, 12);
  const FrameRepair done = repair(10);
  EXPECT_TRUE(done.strayRvRemoved);
  EXPECT_EQ(done.removedMm2, 0);  // what is said of the left ventricle does not count it
  EXPECT_EQ(shape(10).rvMm2, 0);
  EXPECT_GT(shape(10).cavityMm2, 0);
}

TEST(FrameShape, TheRingIsTheShareOfTheCircumferenceWithMyocardium) {
  const BeatingHeart heart;
  const ImageStack stack = heart.stack();
  for (const double share : {0.0, 0.25, 0.5, 0.8, 1.0}) {
    LabelStack labels(96, 96, 1, 1);
    heart.addOutflow(labels, 0, 0, share, 18);
    EXPECT_NEAR(shapeOf(stack.planes[0], labels, 0, 0).ring, share, 0.05) << share;
  }
}

TEST(FrameShape, AreasAreInMm2) {
  const BeatingHeart heart;
  LabelStack labels(96, 96, 1, 1);
  labels.frame(0, 0)[5] = 1;
  labels.frame(0, 0)[6] = 3;
  labels.frame(0, 0)[7] = 3;
  const FrameShape shape = shapeOf(heart.stack().planes[0], labels, 0, 0);
  EXPECT_DOUBLE_EQ(shape.cavityMm2, 2.25);
  EXPECT_DOUBLE_EQ(shape.rvMm2, 4.5);
  EXPECT_DOUBLE_EQ(shape.column, 5);
}

}  // namespace
}  // namespace cmr
