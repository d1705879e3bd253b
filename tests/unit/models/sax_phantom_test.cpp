#include "models/sax_phantom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cmr {
namespace {

// The usual field with a quarter of the pixels on each side, so that many can be drawn.
constexpr PhantomOptions coarse{64, 64, 5.32};

std::array<std::size_t, structureCount> pixelsByStructure(const TrainingFrame& frame) {
  std::array<std::size_t, structureCount> pixels{};
  for (const std::uint8_t allowed : frame.allowed) {
    for (std::size_t s = 0; s < pixels.size(); ++s) pixels[s] += allowed == (1U << s) ? 1U : 0U;
  }
  return pixels;
}

TEST(SaxPhantom, IsAFunctionOfItsSeed) {
  const TrainingFrame one = drawSaxPhantom(42, {});
  const TrainingFrame again = drawSaxPhantom(42, {});
  EXPECT_EQ(one.pixels, again.pixels);
  EXPECT_EQ(one.allowed, again.allowed);
  EXPECT_NE(one.pixels, drawSaxPhantom(43, {}).pixels);
}

TEST(SaxPhantom, KnowsEveryStructureInEveryPixel) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const TrainingFrame frame = drawSaxPhantom(seed, coarse);
    EXPECT_EQ(frame.known, anyStructure);
    EXPECT_EQ(frame.source, "phantom");
    EXPECT_EQ(frame.rows, 64);
    EXPECT_DOUBLE_EQ(frame.spacingMm, 5.32);
    const auto pixels = pixelsByStructure(frame);
    EXPECT_EQ(pixels[0] + pixels[1] + pixels[2] + pixels[3], 64U * 64U) << seed;
    for (const float v : frame.pixels) ASSERT_TRUE(std::isfinite(v) && v >= 0) << seed;
  }
}

TEST(SaxPhantom, IncludesSlicesBeyondBaseAndApexWithoutALeftVentricle) {
  int without = 0;
  int withRv = 0;
  constexpr int drawn = 300;
  for (std::uint64_t seed = 0; seed < drawn; ++seed) {
    const auto pixels = pixelsByStructure(drawSaxPhantom(seed, coarse));
    const bool hasCavity = pixels[static_cast<std::size_t>(Structure::lvCavity)] > 0;
    const bool hasWall = pixels[static_cast<std::size_t>(Structure::lvMyocardium)] > 0;
    without += hasCavity ? 0 : 1;
    withRv += pixels[static_cast<std::size_t>(Structure::rvCavity)] > 0 ? 1 : 0;
    if (hasCavity) {
      EXPECT_TRUE(hasWall) << seed;
    }
  }
  // Drawn above the base and below the apex: 13 in 100.
  EXPECT_GT(without, drawn / 20);
  EXPECT_LT(without, drawn / 4);
  EXPECT_GT(withRv, drawn / 2);
  EXPECT_LT(withRv, drawn);
}

TEST(SaxPhantom, DrawsBloodBrighterThanMyocardiumInMostHearts) {
  int brighter = 0;
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const TrainingFrame frame = drawSaxPhantom(seed, coarse);
    std::array<double, structureCount> sum{};
    const auto pixels = pixelsByStructure(frame);
    if (pixels[1] < 20 || pixels[2] < 20) continue;
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      for (std::size_t s = 0; s < sum.size(); ++s) {
        if (frame.allowed[i] == (1U << s)) sum[s] += static_cast<double>(frame.pixels[i]);
      }
    }
    ++compared;
    brighter +=
        sum[1] / static_cast<double>(pixels[1]) > sum[2] / static_cast<double>(pixels[2]) ? 1 : 0;
  }
  EXPECT_GT(compared, 20);
  EXPECT_GE(brighter, compared * 9 / 10);
}

TEST(SaxPhantom, DrawsHeartsOfHumanSize) {
  std::vector<double> radii;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const double pixels = static_cast<double>(pixelsByStructure(drawSaxPhantom(seed, coarse))[1]);
    if (pixels > 0) radii.push_back(std::sqrt(pixels * 5.32 * 5.32 / 3.14159265));
  }
  std::sort(radii.begin(), radii.end());
  const double median = radii[radii.size() / 2];
  EXPECT_GT(median, 12);
  EXPECT_LT(median, 30);
  EXPECT_LT(radii.back(), 60);
}

}  // namespace
}  // namespace cmr
