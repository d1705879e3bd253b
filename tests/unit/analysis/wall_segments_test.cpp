#include "analysis/wall_segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "analysis/sax_measurements.h"
#include "tests/support/beating_heart.h"
#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;
using testing::HasSubstr;

constexpr double degree = std::numbers::pi / 180;

// Six slices with a wall of 9 mm at ED and 12 mm at ES, but for 13 mm at ED from 290 to 350
// degrees. The right ventricle leaves the wall at 230 degrees, in front, and at 140: the thick part
// are the anterolateral segments 6 and 12.
class WallSegmentsTest : public testing::Test {
 protected:
  WallSegmentsTest() {
    const auto bulge = [](double t) { return t > -70 * degree && t < -10 * degree ? 37.0 : 33.0; };
    for (int slice = 0; slice < slices; ++slice) {
      heart.draw(labels, slice, 0, circle(24), bulge);
      heart.draw(labels, slice, 1, circle(21), circle(33));
      drawRight(slice);
    }
    package.release.fill("report");
    package.evidence.fill("both");
  }

  void drawRight(int slice) {
    for (int phase = 0; phase < 2; ++phase) {
      const auto frame = labels.frame(slice, phase);
      for (std::size_t i = 0; i < frame.size(); ++i) {
        const double x = (static_cast<double>(i % 128) - heart.centreX) * heart.columnMm;
        const double y = (static_cast<double>(i / 128) - heart.centreY) * heart.rowMm;
        const double away = std::hypot(x, y);
        const double angle = std::fmod(std::atan2(y, x) / degree + 360, 360);
        if (away < 33 || away > 52 || angle < 140 || angle > 230) continue;
        frame[i] = static_cast<std::uint8_t>(Structure::rvCavity);
      }
    }
  }

  VentricleWall examined() {
    VentricleWall wall = examineWall(stack, labels, phases);
    examineSegments(stack, labels, phases, package, wall);
    return wall;
  }

  std::vector<Measurement> measured() {
    const MeasuredSeries series{stack, labels, phases, {}, {}, {}, package};
    return segmentMeasurements(series, examined());
  }

  Measurement measured(const std::string& id) {
    for (const Measurement& m : measured()) {
      if (m.id == id) return m;
    }
    throw std::out_of_range(id);
  }

  static constexpr int slices = 6;
  RingHeart heart;
  KeyPhases phases{0, 1};
  ImageStack stack = heart.stack(slices, 2);
  LabelStack labels = heart.noLabels(slices, 2);
  PackageIdentity package = test::givenIdentity();
};

TEST_F(WallSegmentsTest, FindTheThickWallWhereItIs) {
  EXPECT_NEAR(measured("lv.wall.segment.6.ed").value.value(), 13, 0.8);
  EXPECT_NEAR(measured("lv.wall.segment.12.ed").value.value(), 13, 0.8);
  for (const char* thin : {"1", "2", "3", "4", "5", "8", "10"}) {
    EXPECT_NEAR(measured(std::string("lv.wall.segment.") + thin + ".ed").value.value(), 9, 0.8)
        << thin;
  }
  EXPECT_NEAR(measured("lv.wall.segment.3.es").value.value(), 12, 0.5);
  EXPECT_NEAR(measured("lv.wall.segment.3.thickening").value.value(), 100.0 / 3, 8);
}

TEST_F(WallSegmentsTest, AreCertainAtEndDiastoleAlone) {
  EXPECT_EQ(measured().size(), 51U) << "16 segments and the apex, three numbers each";
  EXPECT_EQ(measured("lv.wall.segment.3.ed").quality, Quality::good);
  EXPECT_EQ(measured("lv.wall.segment.3.es").quality, Quality::uncertain);
  EXPECT_EQ(measured("lv.wall.segment.3.ed").sourceFrames.size(), 6U);
  EXPECT_EQ(measured("lv.wall.segment.3.thickening").sourceFrames.size(), 12U);
}

TEST_F(WallSegmentsTest, AreNotThereWhereThePackageKeepsTheRightVentricleBack) {
  package.release[static_cast<std::size_t>(Structure::rvCavity)] = "off";
  EXPECT_TRUE(measured().empty());
  EXPECT_THAT(examined().noSegments, HasSubstr("does not release the right ventricle"));
}

TEST_F(WallSegmentsTest, AreNotThereWhereTheVentriclesDoNotMeetOrNoRingIs) {
  for (std::uint8_t& label : labels.labels) {
    if (label == static_cast<std::uint8_t>(Structure::rvCavity)) label = 0;
  }
  EXPECT_TRUE(measured().empty());
  EXPECT_THAT(examined().noSegments, HasSubstr("no RV insertion points were found"));
  labels = heart.noLabels(slices, 2);
  EXPECT_THAT(examined().noSegments, HasSubstr("fewer than three slices"));
}

// Beside what is measured of the whole wall, with the right ventricle's reservations.
TEST_F(WallSegmentsTest, AreAsUncertainAsTheRightVentricleIs) {
  package.release[static_cast<std::size_t>(Structure::rvCavity)] = "site";
  const VentricleWall wall = examined();
  const MeasuredSeries series{stack, labels, phases, {}, {}, {}, package, &wall};
  const std::vector<Measurement> all = measureSax(series, {});
  int segments = 0;
  int apices = 0;
  for (const Measurement& m : all) {
    if (!isWallSegment(m)) continue;
    if (m.label.ends_with("17 apex")) {
      EXPECT_EQ(m.quality, Quality::unmeasurable) << m.id;
      EXPECT_THAT(m.reason, HasSubstr("short-axis images do not cut it")) << m.id;
      ++apices;
      continue;
    }
    ++segments;
    EXPECT_EQ(m.quality, Quality::uncertain) << m.id;
    EXPECT_THAT(m.reason, HasSubstr("this site's configuration")) << m.id;
  }
  EXPECT_EQ(segments, 48);
  EXPECT_EQ(apices, 3) << "thickness at ED and ES, and thickening";
}

}  // namespace
}  // namespace cmr
