#include "analysis/shape_checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/cavity_roundness.h"
#include "analysis/volumes.h"
#include "tests/support/beating_heart.h"

namespace cmr {
namespace {

using test::BeatingHeart;

class ShapeChecksTest : public testing::Test {
 protected:
  bool found(const std::string& id) {
    const ImageStack stack = heart.stack();
    const std::vector<double> lv = curve.empty() ? volume(Structure::lvCavity) : curve;
    const MeasuredSeries series{
        stack,  labels, {0, 8}, lv, volume(Structure::rvCavity), volume(Structure::lvMyocardium),
        package};
    const auto findings = checkShape(series);
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& f) { return id.empty() || f.flag.id == id; });
  }
  std::vector<double> volume(Structure structure) {
    return volumesMl(heart.stack(), labels, structure);
  }

  BeatingHeart heart;
  LabelStack labels = heart.labels();
  std::vector<double> curve;
  PackageIdentity package = test::givenIdentity();
};

TEST_F(ShapeChecksTest, AHealthyADilatedAndAThickHeartPass) {
  EXPECT_FALSE(found(""));
  heart.cavityMm = 34;
  heart.wallMm = 7;
  heart.shrinks = 0.93;
  labels = heart.labels();
  EXPECT_FALSE(found(""));
  heart.cavityMm = 20;
  heart.wallMm = 17;
  heart.shrinks = 0.6;
  labels = heart.labels();
  EXPECT_FALSE(found(""));
}

TEST_F(ShapeChecksTest, ASliceThatDoesNotFitItsNeighboursIsDoubted) {
  heart.addBlob(labels, 6, 0, Structure::lvMyocardium, 0, 0, 28);
  heart.addBlob(labels, 6, 0, Structure::lvCavity, 0, 0, 15);
  EXPECT_TRUE(found("uneven-slices"));
  labels = heart.labels();
  heart.addBlob(labels, 9, 0, Structure::lvCavity, 0, 0, 33);
  EXPECT_TRUE(found("uneven-slices"));
}

TEST_F(ShapeChecksTest, ACavityBesideTheLineThroughTheOthersIsDoubted) {
  BeatingHeart::clear(labels, 6, 0);
  heart.addBlob(labels, 6, 0, Structure::lvMyocardium, 16, 0, 30);
  heart.addBlob(labels, 6, 0, Structure::lvCavity, 16, 0, 22);
  EXPECT_TRUE(found("slice-off-axis"));
}

// A ventricle cut along its axis: the cavity is twice as long as wide on every slice.
void drawOut(const BeatingHeart& heart, LabelStack& labels, double widthOverLength) {
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    if (!heart.holdsLv(slice, 0)) continue;
    BeatingHeart::clear(labels, slice, 0);
    const double length = heart.cavityRadius(slice, 0);
    heart.paint(labels, slice, 0, Structure::lvMyocardium, [&](double x, double y) {
      return std::hypot(x / (length + 9), y / (widthOverLength * length + 9)) < 1;
    });
    heart.paint(labels, slice, 0, Structure::lvCavity, [&](double x, double y) {
      return std::hypot(x / length, y / (widthOverLength * length)) < 1;
    });
  }
}

TEST_F(ShapeChecksTest, ACavityThatIsLongAndNarrowOnMostSlicesMayBeNoShortAxis) {
  drawOut(heart, labels, 0.55);
  EXPECT_TRUE(found("may-not-be-short-axis"));
  labels = heart.labels();
  drawOut(heart, labels, 0.77);  // the least round of 25 patients
  EXPECT_FALSE(found("may-not-be-short-axis"));
}

TEST_F(ShapeChecksTest, AFewLongAndNarrowSlicesAreNoOtherView) {
  LabelStack narrow = labels;
  drawOut(heart, narrow, 0.5);
  for (const int slice : {3, 10, 11}) {
    const auto from = narrow.frame(slice, 0);
    std::copy(from.begin(), from.end(), labels.frame(slice, 0).begin());
  }
  EXPECT_FALSE(found("may-not-be-short-axis"));
}

TEST(CavityRoundness, IsTheShareOfWidthInLengthWhicheverWayItLiesAndWhateverThePixels) {
  const BeatingHeart heart;
  for (const double angle : {0.0, 0.4, 1.2, 2.0}) {
    LabelStack labels(96, 96, 1, 1);
    heart.paint(labels, 0, 0, Structure::lvCavity, [&](double x, double y) {
      const double along = x * std::cos(angle) + y * std::sin(angle);
      const double across = y * std::cos(angle) - x * std::sin(angle);
      return std::hypot(along / 30, across / 18) < 1;
    });
    EXPECT_NEAR(cavityRoundness(heart.stack().planes[0], labels, 0, 0), 0.6, 0.02) << angle;
  }
  LabelStack none(96, 96, 1, 1);
  EXPECT_EQ(cavityRoundness(heart.stack().planes[0], none, 0, 0), 0);
}

TEST_F(ShapeChecksTest, AVentricleOnFewSlicesIsDoubted) {
  for (int slice = 7; slice < heart.slices; ++slice) {
    BeatingHeart::clear(labels, slice, 0);
  }
  EXPECT_TRUE(found("few-slices"));
}

TEST_F(ShapeChecksTest, AWallThatDoesNotFitTheCavityIsDoubted) {
  heart.wallMm = 1.6;
  labels = heart.labels();
  EXPECT_TRUE(found("mass-volume-ratio"));
}

TEST_F(ShapeChecksTest, AVolumeThatFallsTwiceIsDoubted) {
  curve = volume(Structure::lvCavity);
  EXPECT_FALSE(found("volume-curve-irregular"));
  curve[14] -= 0.5 * (curve[0] - curve[8]);
  EXPECT_TRUE(found("volume-curve-irregular"));
  curve = volume(Structure::lvCavity);
  curve[4] += 0.9 * (curve[0] - curve[8]);
  EXPECT_TRUE(found("volume-curve-irregular"));
}

}  // namespace
}  // namespace cmr
