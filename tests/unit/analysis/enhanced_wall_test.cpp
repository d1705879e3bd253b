#include "analysis/enhanced_wall.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::circle;
using test::RingHeart;

constexpr double normal = 60;
constexpr double blood = 400;
constexpr double fat = 300;
constexpr double noiseSd = 8;
constexpr double threshold = normal + 5 * noiseSd;

// Three rings of 20 to 30 mm between bright blood and fat. What the signal has at a place; edges
// are blurred by a Gaussian of 1.2 mm.
class EnhancedWallTest : public testing::Test {
 protected:
  EnhancedWallTest() {
    for (int slice = 0; slice < slices; ++slice) {
      heart.draw(labels, slice, 0, circle(20), circle(30));
    }
  }

  // Share of a step up at `away` that is seen at 0.
  static double step(double away) { return 0.5 * std::erfc(away / 1.2 / std::numbers::sqrt2); }

  static double wallAndSurroundings(double radius) {
    return normal + (blood - normal) * step(radius - 20) + (fat - normal) * step(30 - radius);
  }

  using Signal = std::function<double(double x, double y)>;

  double enhancedMm2(const Signal& signal) {
    ImageStack stack = heart.stack(slices, 1);
    std::mt19937_64 rng(7);
    std::normal_distribution<double> noise(0, noiseSd);
    for (StackFrame& frame : stack.frames) {
      frame.pixels.resize(labels.frameSize());
      for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
        const double x = (static_cast<double>(i % 128) - heart.centreX) * heart.columnMm;
        const double y = (static_cast<double>(i / 128) - heart.centreY) * heart.rowMm;
        frame.pixels[i] = static_cast<float>(signal(x, y) + noise(rng));
      }
    }
    const std::vector<WallPixel> wall = wallPixels(stack, labels, 0, {});
    const std::vector<bool> enhanced = enhancedWall(stack, labels, wall, threshold, normal);
    above = std::count_if(wall.begin(), wall.end(),
                          [](const WallPixel& p) { return p.value > threshold; });
    return static_cast<double>(std::count(enhanced.begin(), enhanced.end(), true)) *
           heart.columnMm * heart.rowMm / slices;
  }

  static constexpr int slices = 3;
  RingHeart heart;
  LabelStack labels = heart.noLabels(slices, 1);
  std::ptrdiff_t above = 0;  // pixels, of the latest call
};

const double wallMm2 = std::numbers::pi * (900 - 400);

TEST_F(EnhancedWallTest, NormalMuscleBetweenBrightBloodAndFatIsNotEnhanced) {
  const double area =
      enhancedMm2([](double x, double y) { return wallAndSurroundings(std::hypot(x, y)); });
  EXPECT_GT(above, 500);  // what the threshold alone would count
  EXPECT_LT(area, 0.005 * wallMm2);
}

TEST_F(EnhancedWallTest, ScarBesideBloodOfItsOwnBrightnessIsFoundAsFarAsItGoes) {
  // The inner half of a quarter of the wall: the edge of the bright moves to 25 mm.
  const double area = enhancedMm2([](double x, double y) {
    const double radius = std::hypot(x, y);
    if (std::abs(std::atan2(y, x)) > std::numbers::pi / 4) return wallAndSurroundings(radius);
    return normal + (blood - normal) * step(radius - 25) + (fat - normal) * step(30 - radius);
  });
  const double truth = std::numbers::pi / 4 * (625 - 400);
  // A threshold by SD lies low on the scar's own blurred edge: one and a half millimetres of it.
  EXPECT_GT(area, truth);
  EXPECT_LT(area, std::numbers::pi / 4 * (26.7 * 26.7 - 400));
}

TEST_F(EnhancedWallTest, ScarThroughTheWholeWallIsFound) {
  const double area = enhancedMm2([](double x, double y) {
    const double radius = std::hypot(x, y);
    if (std::abs(std::atan2(y, x)) > std::numbers::pi / 4) return wallAndSurroundings(radius);
    return blood;
  });
  EXPECT_NEAR(area, wallMm2 / 4, 0.05 * wallMm2 / 4);
}

TEST_F(EnhancedWallTest, DarkSurroundingsTakeNothingFromAScar) {
  const double area = enhancedMm2([](double x, double y) {
    const bool isScar = std::abs(std::atan2(y, x)) < std::numbers::pi / 4;
    const double radius = std::hypot(x, y);
    return isScar && radius > 20 && radius < 30 ? 350.0 : normal;
  });
  EXPECT_NEAR(area, wallMm2 / 4, 0.02 * wallMm2 / 4);
}

TEST_F(EnhancedWallTest, SpotsOfAFewPixelsAreNoScar) {
  // Nine pixels of 1.56 mm2 in each slice, alone in the middle of the wall.
  const double area = enhancedMm2([](double x, double y) {
    return std::abs(x - 25) < 1.9 && std::abs(y) < 1.9 ? 300.0 : normal;
  });
  EXPECT_GE(above, 9 * slices);
  EXPECT_EQ(area, 0);
}

}  // namespace
}  // namespace cmr
