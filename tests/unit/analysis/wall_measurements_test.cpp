#include "analysis/wall_measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/beating_heart.h"
#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

// Three slices of a cylinder at ED and ES: wall of 9 mm, 12 mm at ES; a fourth without a wall. In
// the second slice 40 degrees of the wall are 15 mm thick at ED.
class WallMeasurementsTest : public testing::Test {
 protected:
  WallMeasurementsTest() {
    const auto bulge = [](double t) { return std::abs(t) < 0.35 ? 39.0 : 33.0; };
    for (int slice = 0; slice < 3; ++slice) {
      heart.draw(labels, slice, 0, circle(24), slice == 1 ? test::Radius(bulge) : circle(33));
      heart.draw(labels, slice, 1, circle(18), circle(30));
    }
    heart.draw(labels, 3, 0, circle(20), circle(20));
  }
  Measurement measured(const std::string& id) const {
    const MeasuredSeries series{stack, labels, phases, {}, {}, {}, package};
    for (const Measurement& m : wallMeasurements(series, examineWall(stack, labels, phases))) {
      if (m.id == id) return m;
    }
    throw std::out_of_range(id);
  }

  RingHeart heart;
  KeyPhases phases{0, 1};
  ImageStack stack = heart.stack(4, 2);
  LabelStack labels = heart.noLabels(4, 2);
  PackageIdentity package = test::givenIdentity();
};

TEST_F(WallMeasurementsTest, ThicknessIsThatOfTheDrawnWall) {
  EXPECT_NEAR(*measured("lv.wall.mean").value, 9 + (40.0 / 360 * 6) / 3, 0.3);
  EXPECT_NEAR(*measured("lv.wall.max").value, 15, 0.8);
  EXPECT_EQ(measured("lv.wall.mean").quality, Quality::good);
  EXPECT_EQ(measured("lv.wall.mean").sourceFrames.size(), 3U);
}

TEST_F(WallMeasurementsTest, StrainIsThatOfTheDrawnMotionAndUncertain) {
  EXPECT_NEAR(*measured("lv.wall.ecc.endo").value, -25, 1);
  EXPECT_NEAR(*measured("lv.wall.ecc.mid").value, 100 * (24.0 / 28.5 - 1), 1.2);
  EXPECT_NEAR(*measured("lv.wall.err").value, (33.3 + 33.3 + 100 * (12 / 9.67 - 1)) / 3, 4);
  EXPECT_EQ(measured("lv.wall.thickening").quality, Quality::uncertain);
  EXPECT_THAT(measured("lv.wall.err").reason, testing::HasSubstr("readers' contours"));
}

TEST_F(WallMeasurementsTest, WithoutAClosedWallNothingIsMeasuredAndTheReasonIsGiven) {
  labels = heart.noLabels(4, 2);
  for (const char* id : {"lv.wall.mean", "lv.wall.max", "lv.wall.thickening", "lv.wall.ecc.endo",
                         "lv.wall.ecc.mid", "lv.wall.err"}) {
    EXPECT_EQ(measured(id).quality, Quality::unmeasurable) << id;
    EXPECT_FALSE(measured(id).value) << id;
    EXPECT_THAT(measured(id).reason, testing::HasSubstr("closed ring")) << id;
  }
}

// A ring at end diastole alone: thickness is known, and the reasons for the rest say what is
// missing.
TEST_F(WallMeasurementsTest, NamesThePhasesAtWhichTheRingIsMissing) {
  labels = heart.noLabels(4, 2);
  for (int slice = 0; slice < 3; ++slice) heart.draw(labels, slice, 0, circle(24), circle(33));
  EXPECT_TRUE(measured("lv.wall.mean").value);
  EXPECT_THAT(measured("lv.wall.thickening").reason, testing::HasSubstr("end systole"));
  EXPECT_THAT(measured("lv.wall.err").reason, testing::HasSubstr("every phase"));
  EXPECT_TRUE(measured("lv.wall.err").sourceFrames.empty());
}

TEST_F(WallMeasurementsTest, NamesTheImagesThatItUsedAndNoOthers) {
  heart.draw(labels, 3, 0, circle(20), circle(28));  // a ring at end diastole alone
  EXPECT_EQ(measured("lv.wall.mean").sourceFrames, (std::vector<std::size_t>{0, 2, 4, 6}));
  EXPECT_EQ(measured("lv.wall.thickening").sourceFrames,
            (std::vector<std::size_t>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(measured("lv.wall.err").sourceFrames, (std::vector<std::size_t>{0, 2, 4, 1, 3, 5}));
}

TEST_F(WallMeasurementsTest, SaysWhyThereAreNoSegments) {
  EXPECT_THAT(examineWall(stack, labels, phases).noSegments,
              testing::HasSubstr("RV insertion points"));
}

}  // namespace
}  // namespace cmr
