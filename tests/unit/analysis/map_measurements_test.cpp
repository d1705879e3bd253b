#include "analysis/map_measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

constexpr double degree = std::numbers::pi / 180;
const SeptumDirections usual{225 * degree, 135 * degree};

// Nine rings of 20 to 30 mm: 1000 ms in the muscle's middle and 1600 ms in the blood, pixels at
// either edge lie between; the septum is 100 ms longer.
class MapMeasurementsTest : public testing::Test {
 protected:
  MapMeasurementsTest() {
    std::mt19937_64 rng(3);
    std::normal_distribution<double> noise(0, 20);
    stack.rescaleUnits = "ms";
    for (int slice = 0; slice < 9; ++slice) {
      heart.draw(labels, slice, 0, circle(20), circle(30));
      auto& pixels = stack.frame(slice, 0).pixels;
      pixels.resize(labels.frameSize());
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double x = (static_cast<double>(i % 128) - heart.centreX) * heart.columnMm;
        const double y = (static_cast<double>(i / 128) - heart.centreY) * heart.rowMm;
        const double away = std::hypot(x, y);
        const double angle = std::atan2(y, x) / degree;
        const double muscle = std::abs(angle) > 135 ? 1100 : 1000;
        const double edge = away > 21.5 && away < 28.5 ? muscle : 1300;
        pixels[i] = static_cast<float>((away < 19 ? 1600 : away < 30 ? edge : 300) + noise(rng));
      }
    }
  }
  static const Measurement& find(const std::vector<Measurement>& all, const std::string& id) {
    for (const Measurement& m : all) {
      if (m.id == id) return m;
    }
    throw std::out_of_range(id);
  }
  std::vector<Measurement> native() const {
    return mapMeasurements(stack, labels, MapKind::t1Native, septum);
  }

  RingHeart heart;
  LabelStack labels = heart.noLabels(9, 1);
  ImageStack stack = heart.stack(9, 1);
  std::vector<std::optional<SeptumDirections>> septum =
      std::vector<std::optional<SeptumDirections>>(9, usual);
};

TEST_F(MapMeasurementsTest, GivesTheMiddleOfTheWallAndNotItsEdges) {
  const auto all = native();
  EXPECT_NEAR(find(all, "t1.global").value.value(), 1000, 20);
  EXPECT_NEAR(find(all, "t1.blood").value.value(), 1600, 4);
  EXPECT_NEAR(find(all, "t1.segment.2").value.value(), 1100, 6);   // septal
  EXPECT_NEAR(find(all, "t1.segment.11").value.value(), 1000, 6);  // lateral
  EXPECT_LT(*find(all, "t1.global.q1").value, *find(all, "t1.global").value);
  EXPECT_GT(*find(all, "t1.global.q3").value, *find(all, "t1.global").value);
  EXPECT_EQ(find(all, "t1.global").quality, Quality::good);
  EXPECT_EQ(find(all, "t1.global").sourceFrames.size(), 9U);
}

TEST_F(MapMeasurementsTest, LeavesOutAndCountsWhatIsNoMuscle) {
  for (StackFrame& frame : stack.frames) {
    for (std::size_t i = 0; i < frame.pixels.size(); i += 13) frame.pixels[i] = 0;
    for (std::size_t i = 5; i < frame.pixels.size(); i += 29) frame.pixels[i] = 2300;
  }
  const MapRegions r = measureMap(stack, labels, MapKind::t1Native, septum);
  EXPECT_GT(r.outOfRange, 100);
  EXPECT_GT(r.artefacts, 40);
  EXPECT_NEAR(r.global->median, 1000, 20);
}

// A region that is ill is no artefact: hardly a pixel at its rim is left out.
TEST_F(MapMeasurementsTest, KeepsALesion) {
  for (StackFrame& frame : stack.frames) {
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      const double x = static_cast<double>(i % 128) - heart.centreX;
      const double y = static_cast<double>(i / 128) - heart.centreY;
      if (std::abs(std::atan2(y, x)) < 15 * degree) frame.pixels[i] = 1400;
    }
  }
  const MapRegions r = measureMap(stack, labels, MapKind::t1Native, septum);
  EXPECT_LT(r.artefacts, 8);  // of about 380
  EXPECT_GT(r.segments[10]->upperQuartile, 1390);
}

TEST_F(MapMeasurementsTest, DoubtsAMapOfWhichMuchIsLeftOut) {
  for (StackFrame& frame : stack.frames) {
    for (std::size_t i = 0; i < frame.pixels.size(); i += 3) frame.pixels[i] = 0;
  }
  const auto all = native();
  EXPECT_EQ(find(all, "t1.global").quality, Quality::uncertain);
  EXPECT_THAT(find(all, "t1.global").reason, testing::HasSubstr("left out"));
}

TEST_F(MapMeasurementsTest, WithholdsAMapWithoutUnits) {
  stack.rescaleUnits = "";
  for (const Measurement& m : native()) {
    EXPECT_FALSE(m.value) << m.id;
    EXPECT_THAT(m.reason, testing::HasSubstr("milliseconds")) << m.id;
  }
}

TEST_F(MapMeasurementsTest, GivesNoSegmentsWithoutInsertions) {
  septum.clear();
  EXPECT_TRUE(find(native(), "t1.global").value);
  EXPECT_THAT(find(native(), "t1.segment.2").reason, testing::HasSubstr("insertion"));
}

// (1/450 - 1/950) / (1/300 - 1/1550) = 0.43509; times 1 - 0.42.
TEST(Ecv, IsThatOfTheFormulaWorkedByHand) {
  EXPECT_NEAR(ecvPercent(950, 450, 1550, 300, 0.42).value(), 25.235, 0.001);
  EXPECT_FALSE(ecvPercent(950, 960, 1550, 300, 0.42));
  EXPECT_FALSE(ecvPercent(950, 450, 1550, 300, 42));  // per cent is no share
}

TEST(Ecv, SaysWhatIsMissing) {
  MapRegions before;
  before.global = MapStatistic{950, 940, 960, 500};
  before.blood = MapStatistic{1550, 1540, 1560, 500};
  MapRegions after;
  after.global = MapStatistic{450, 440, 460, 500};
  after.blood = MapStatistic{300, 290, 310, 500};
  EXPECT_NEAR(ecvMeasurements(before, after, 0.42)[0].value.value(), 25.235, 0.001);
  EXPECT_THAT(ecvMeasurements(before, after, {})[0].reason, testing::HasSubstr("haematocrit"));
  after = {};
  after.withheld = "No left ventricular myocardium was found.";
  EXPECT_EQ(ecvMeasurements(before, after, 0.42)[0].reason, after.withheld);
}

}  // namespace
}  // namespace cmr
