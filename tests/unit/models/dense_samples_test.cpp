#include "models/dense_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "analysis/errors.h"

namespace cmr {
namespace {

const std::vector<std::string> denseTasks{"seg_cine_sax_rv", "seg_cine_lax", "seg_lge_sax",
                                          "seg_map_sax", "landmarks"};

DenseSample sampleOf(const std::string& task, std::uint64_t seed) {
  return drawDenseSample(drawDenseFrame(task, seed), seed, augmentOptionsOf(task, 64, 2.6));
}

TEST(DenseSample, IsAFunctionOfItsSeedAlone) {
  for (const std::string& task : denseTasks) {
    const DenseSample once = sampleOf(task, 7);
    const DenseSample again = sampleOf(task, 7);
    EXPECT_EQ(once.crop.image, again.crop.image) << task;
    EXPECT_EQ(once.crop.allowed, again.crop.allowed) << task;
    EXPECT_NE(once.crop.image, sampleOf(task, 8).crop.image) << task;
  }
}

TEST(DenseSample, KnowsOneLabelOfItsTaskInEveryPixel) {
  for (const std::string& task : denseTasks) {
    std::set<std::uint8_t> seen;
    for (std::uint64_t seed = 1; seed < 7; ++seed) {
      const DenseSample sample = sampleOf(task, seed);
      seen.insert(sample.crop.allowed.begin(), sample.crop.allowed.end());
    }
    const int labels = task == "seg_cine_lax" || task == "landmarks" ? 6 : 4;
    for (const std::uint8_t bits : seen) {
      EXPECT_EQ(bits & (bits - 1), 0) << task;
      EXPECT_LT(bits, 1 << labels) << task;
    }
    EXPECT_GT(seen.size(), 3U) << task;
  }
}

TEST(DenseSample, ShowsALandmarkWhereTheCropShowsIt) {
  std::mt19937_64 rng(5);
  AugmentOptions options = augmentOptionsOf("landmarks", 64, 2.6);
  for (int i = 0; i < 20; ++i) {
    const CropPlace place = drawCropPlace({100, 90, 1}, 1.4, false, rng, options);
    const ImagePoint source{104, 96};
    const ImagePoint p = inSample(place, source, options.size);
    const auto x = static_cast<std::size_t>(std::lround(p.column));
    const auto y = static_cast<std::size_t>(std::lround(p.row));
    ASSERT_LT(std::max(x, y), 64U);
    const double bendX = place.bend.dx.empty() ? 0 : place.bend.dx[y * 64 + x];
    const double bendY = place.bend.dy.empty() ? 0 : place.bend.dy[y * 64 + x];
    const auto& m = place.map.m;
    const double sx = p.column + bendX;
    const double sy = p.row + bendY;
    EXPECT_NEAR(m[0] * sx + m[1] * sy + m[2], source.column, 0.5);
    EXPECT_NEAR(m[3] * sx + m[4] * sy + m[5], source.row, 0.5);
  }
}

TEST(DenseSample, OfAMapKeepsItsMilliseconds) {
  AugmentOptions plain = augmentOptionsOf("seg_map_sax", 64, 2.6);
  plain.enabled = false;
  DenseFrame frame = drawDenseFrame("seg_map_sax", 3);
  const auto window = mapWindow(frame.sequence);
  ASSERT_TRUE(window);
  // Of one value all over: percentiles would make it nothing.
  std::fill(frame.frame.pixels.begin(), frame.frame.pixels.end(),
            static_cast<float>(window->high / 2));
  const DenseSample sample = drawDenseSample(frame, 1, plain);
  EXPECT_FLOAT_EQ(sample.crop.image[32 * 64 + 32], 0.5F);
}

TEST(DenseFrame, HoldsLandmarksOfShortAndLongAxes) {
  std::set<std::size_t> present;
  for (std::uint64_t seed = 1; seed < 24; ++seed) {
    const DenseFrame frame = drawDenseFrame("landmarks", seed);
    ASSERT_EQ(frame.landmarks.size(), 5U);
    const bool shortAxis = frame.frame.known == anyStructure;
    for (std::size_t k = 0; k < 5; ++k) {
      if (!frame.landmarks[k]) continue;
      present.insert(k);
      EXPECT_EQ(k < 2, shortAxis);
    }
  }
  EXPECT_EQ(present.size(), 5U);
}

TEST(DenseFrame, IsNotDrawnForATaskWithoutPixels) {
  EXPECT_THROW(drawDenseFrame("sequence", 1), InputError);
}

}  // namespace
}  // namespace cmr
