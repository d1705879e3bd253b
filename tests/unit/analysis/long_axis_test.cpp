#include "analysis/long_axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cmr {
namespace {

// Half an ellipse below its base and half an ellipse above it: ventricle and atrium, axis along a
// direction in the image. Lengths in mm.
struct Heart {
  double radius = 26;
  double length = 85;
  double atrialRadius = 24;
  double atrialLength = 45;
  double wall = 9;
  double descent = 0;  // of the base towards the apex, which stays
};

class LongAxisTest : public testing::Test {
 protected:
  static constexpr int size = 180;
  double spacing = 1.25;
  double tilt = 0.3;  // of the axis in the image

  ImageStack images(int phases) const {
    ImageStack s;
    s.rows = s.columns = size;
    s.sliceCount = 1;
    s.phaseCount = phases;
    s.planes.push_back({{}, {1, 0, 0}, {0, 1, 0}, spacing, spacing});
    s.frames.resize(static_cast<std::size_t>(phases));
    for (std::size_t i = 0; i < s.frames.size(); ++i) s.frames[i].sourceIndex = i;
    return s;
  }

  void draw(LabelStack& labels, int phase, const Heart& h) const {
    const auto frame = labels.frame(0, phase);
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < size; ++column) {
        const double x = (column - 88.3) * spacing;
        const double y = (row - 75.6) * spacing;
        const double along = y * std::cos(tilt) + x * std::sin(tilt) - h.descent;
        const double across = x * std::cos(tilt) - y * std::sin(tilt);
        const auto inside = [&](double r, double l) {
          return std::hypot(across / r, along / l) < 1;
        };
        LongAxisStructure label = LongAxisStructure::background;
        if (along < 0) {
          if (inside(h.atrialRadius, h.atrialLength)) label = LongAxisStructure::leftAtrium;
        } else if (inside(h.radius, h.length)) {
          label = LongAxisStructure::lvCavity;
        } else if (inside(h.radius + h.wall, h.length + h.wall)) {
          label = LongAxisStructure::lvMyocardium;
        }
        frame[static_cast<std::size_t>(row * size + column)] = static_cast<std::uint8_t>(label);
      }
    }
  }
  static double halfEllipsoidMl(double radius, double length) {
    return 2.0 / 3 * std::numbers::pi * radius * radius * length / 1000;
  }
  static double halfEllipseMm(double radius, double length) {
    double sum = 0;
    for (int i = 0; i < 20000; ++i) {
      const double t = std::numbers::pi * (i + 0.5) / 20000;
      sum += std::hypot(radius * std::sin(t), length * std::cos(t)) * std::numbers::pi / 20000;
    }
    return sum;
  }
  static const Measurement& find(const std::vector<Measurement>& all, const std::string& id) {
    for (const Measurement& m : all) {
      if (m.id == id) return m;
    }
    throw std::out_of_range(id);
  }
};

TEST_F(LongAxisTest, VolumesAreThoseOfEllipsoidsHoweverTheyLieAndAreSampled) {
  for (const double mm : {0.9, 1.25, 1.8}) {
    for (const double turned : {-0.8, 0.0, 0.3, 0.7}) {
      spacing = mm;
      tilt = turned;
      LabelStack labels(size, size, 1, 1);
      Heart h;
      draw(labels, 0, h);
      const auto shape = chamberShape(images(1).planes[0], labels.frame(0, 0), size, size,
                                      LongAxisStructure::lvCavity);
      ASSERT_TRUE(shape) << mm << " " << turned;
      const double truth = halfEllipsoidMl(h.radius, h.length);
      EXPECT_NEAR(areaLengthMl(*shape), truth, 0.04 * truth) << mm << " " << turned;
      EXPECT_NEAR(discsMl(*shape), truth, 0.04 * truth) << mm << " " << turned;
      EXPECT_NEAR(shape->lengthMm, h.length, 2.2) << mm << " " << turned;
      const auto atrium = chamberShape(images(1).planes[0], labels.frame(0, 0), size, size,
                                       LongAxisStructure::leftAtrium);
      ASSERT_TRUE(atrium);
      const double small = halfEllipsoidMl(h.atrialRadius, h.atrialLength);
      EXPECT_NEAR(areaLengthMl(*atrium), small, 0.06 * small) << mm << " " << turned;
    }
  }
}

// Two planes of an ellipsoid with three axes: V = 2/3 pi a b L.
TEST_F(LongAxisTest, TwoPlanesKnowAnEllipsoidOfThreeAxes) {
  LabelStack narrow(size, size, 1, 1);
  LabelStack wide(size, size, 1, 1);
  Heart h;
  h.radius = 22;
  draw(narrow, 0, h);
  h.radius = 30;
  draw(wide, 0, h);
  const PlaneGeometry plane = images(1).planes[0];
  const auto a = chamberShape(plane, narrow.frame(0, 0), size, size, LongAxisStructure::lvCavity);
  const auto b = chamberShape(plane, wide.frame(0, 0), size, size, LongAxisStructure::lvCavity);
  const double truth = 2.0 / 3 * std::numbers::pi * 22 * 30 * 85 / 1000;
  EXPECT_NEAR(areaLengthMl(*a, &*b), truth, 0.04 * truth);
  EXPECT_NEAR(discsMl(*a, &*b), truth, 0.04 * truth);
}

TEST_F(LongAxisTest, MotionIsThatOfTheDrawnHeart) {
  LabelStack labels(size, size, 1, 3);
  const Heart ed;
  Heart es = ed;
  es.descent = 13;
  es.length = ed.length - 13;
  es.radius = 18;
  draw(labels, 0, ed);
  draw(labels, 1, es);
  draw(labels, 2, ed);
  const ImageStack stack = images(3);
  const LongAxisView view{&stack, &labels};
  const auto all = longAxisMeasurements(view, view);
  EXPECT_NEAR(find(all, "lax.mapse").value.value(), 13, 1.2);
  const double before = halfEllipseMm(ed.radius, ed.length);
  const double after = halfEllipseMm(es.radius, es.length);
  EXPECT_NEAR(find(all, "lax.gls").value.value(), 100 * (after - before) / before, 1.5);
  const double edv = halfEllipsoidMl(ed.radius, ed.length);
  const double esv = halfEllipsoidMl(es.radius, es.length);
  EXPECT_NEAR(find(all, "lax.lv.ef").value.value(), 100 * (edv - esv) / edv, 1.5);
  EXPECT_NEAR(find(all, "lax.lv.edv").value.value(), edv, 0.04 * edv);
  EXPECT_EQ(find(all, "lax.lv.edv").quality, Quality::good);
  EXPECT_EQ(find(all, "lax.gls").quality, Quality::uncertain);
  EXPECT_NEAR(find(all, "lax.la.area").value.value(),
              std::numbers::pi / 2 * ed.atrialRadius * ed.atrialLength / 100, 0.6);
}

TEST_F(LongAxisTest, OnePlaneAloneIsUncertainAndWhatIsMissingIsSaid) {
  LabelStack labels(size, size, 1, 1);
  draw(labels, 0, {});
  const ImageStack stack = images(1);
  const auto all = longAxisMeasurements(std::nullopt, LongAxisView{&stack, &labels});
  EXPECT_EQ(find(all, "lax.lv.edv").quality, Quality::uncertain);
  EXPECT_THAT(find(all, "lax.lv.edv").reason, testing::HasSubstr("one plane"));
  EXPECT_FALSE(find(all, "lax.ra.max").value);
  EXPECT_THAT(find(all, "lax.ra.max").reason, testing::HasSubstr("not outlined"));
  for (const Measurement& m : longAxisMeasurements(std::nullopt, std::nullopt)) {
    EXPECT_EQ(m.quality, Quality::unmeasurable) << m.id;
    EXPECT_THAT(m.reason, testing::ContainsRegex("No (long-axis|four-chamber) cine")) << m.id;
  }
}

}  // namespace
}  // namespace cmr
