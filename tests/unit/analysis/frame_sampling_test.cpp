#include "analysis/frame_sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace cmr {
namespace {

std::vector<float> ramp(int rows, int columns) {
  std::vector<float> pixels;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      pixels.push_back(static_cast<float>(3 * c + 5 * r));
    }
  }
  return pixels;
}

TEST(FrameSampling, TakesTheSourceGridItselfWhenTheSpacingIsClose) {
  const auto pixels = ramp(60, 80);
  const PixelMap map = cropMap(1.29, 1.29, 40.3, 31.8, 1.33, 32);
  const auto sample = sampleImage({pixels, 60, 80}, map, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const auto c = static_cast<int>(map.m[2]) + x;
      const auto r = static_cast<int>(map.m[5]) + y;
      EXPECT_FLOAT_EQ(sample[static_cast<std::size_t>(y * 32 + x)],
                      static_cast<float>(3 * c + 5 * r));
    }
  }
}

TEST(FrameSampling, InterpolatesLinearlyInPhysicalSpace) {
  const auto pixels = ramp(60, 80);
  const PixelMap map = cropMap(2.0, 1.0, 40, 30, 0.8, 16);
  const auto sample = sampleImage({pixels, 60, 80}, map, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      const double c = 40 + (x - 7.5) * 0.8 / 2.0;
      const double r = 30 + (y - 7.5) * 0.8 / 1.0;
      EXPECT_NEAR(sample[static_cast<std::size_t>(y * 16 + x)], 3 * c + 5 * r, 1e-3);
    }
  }
}

// The law behind "masks mapped back exactly": labels cut out of a source grid with the source's own
// spacing come back where they were, whatever the centre, the crop reaching outside or not.
TEST(FrameSampling, MasksComeBackPixelForPixelOnTheSourceGrid) {
  std::mt19937 rng(5);
  for (int trial = 0; trial < 20; ++trial) {
    const int rows = 40 + trial;
    const int columns = 55 - trial;
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(rows * columns));
    for (auto& l : labels) {
      l = static_cast<std::uint8_t>(rng() % 4);
    }
    const PixelMap map = cropMap(1.33, 1.33, 10.0 + trial, 30.0 - trial, 1.33, 32);
    const auto cut = sampleLabels(labels, rows, columns, map, 32, 0);
    std::vector<float> oneHot(4 * 32 * 32);
    for (std::size_t i = 0; i < cut.size(); ++i) {
      oneHot[cut[i] * std::size_t{32 * 32} + i] = 1;
    }
    const GridLabels back = labelsOnSourceGrid(oneHot, 4, 32, map, rows, columns);
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        const double x = c - map.m[2];
        const double y = r - map.m[5];
        const bool inside = x >= 0 && y >= 0 && x < 32 && y < 32;
        const auto i = static_cast<std::size_t>(r * columns + c);
        EXPECT_EQ(back.labels[i], inside ? labels[i] : 0);
      }
    }
  }
}

TEST(FrameSampling, ADiskKeepsItsAreaThroughResamplingThereAndBack) {
  const int rows = 200;
  const int columns = 160;
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(rows * columns));
  std::size_t area = 0;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const bool in = std::hypot((c - 80) * 0.9, (r - 90) * 0.8) < 25;
      labels[static_cast<std::size_t>(r * columns + c)] = in ? 1 : 0;
      area += in ? 1 : 0;
    }
  }
  const PixelMap map = cropMap(0.9, 0.8, 82, 88, 1.33, 64);
  const auto cut = sampleLabels(labels, rows, columns, map, 64, 0);
  std::vector<float> oneHot(2 * 64 * 64);
  for (std::size_t i = 0; i < cut.size(); ++i) {
    oneHot[cut[i] * std::size_t{64 * 64} + i] = 1;
  }
  const GridLabels back = labelsOnSourceGrid(oneHot, 2, 64, map, rows, columns);
  const auto found = std::count(back.labels.begin(), back.labels.end(), 1);
  EXPECT_NEAR(static_cast<double>(found), static_cast<double>(area),
              0.02 * static_cast<double>(area));
}

TEST(FrameSampling, TheWholeFieldFitsItsLongerSide) {
  const PixelMap map = wholeFieldMap(100, 200, 1.0, 1.5, 64);
  // 200 mm wide, 150 mm high: the columns span the square, the rows are centred.
  EXPECT_NEAR(map.m[0] * 64, 200, 1e-9);
  EXPECT_NEAR(map.m[2] + map.m[0] * 31.5, 99.5, 1e-9);
  EXPECT_NEAR(map.m[5] + map.m[4] * 31.5, 49.5, 1e-9);
}

TEST(FrameSampling, IntensitiesAreScaledByPercentilesAndClamped) {
  std::vector<float> sample(1000);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    sample[i] = static_cast<float>(i);
  }
  sample[0] = -1e6F;
  sample[999] = 1e6F;
  normaliseIntensity(sample);
  EXPECT_FLOAT_EQ(sample[0], -0.5F);
  EXPECT_FLOAT_EQ(sample[999], 2.0F);
  EXPECT_NEAR(sample[500], 0.5, 0.01);
}

TEST(FrameSampling, AFlatFrameBecomesZeroAndNotNan) {
  std::vector<float> sample(64, 7.0F);
  normaliseIntensity(sample);
  EXPECT_TRUE(std::all_of(sample.begin(), sample.end(), [](float v) { return v == 0; }));
}

TEST(NormaliseIntensity, KeepsQuantitiesApartInAFixedWindow) {
  IntensityWindow window;
  window.fixed = FixedWindow{0, 2000};
  std::vector<float> short1{500, 500};
  std::vector<float> long1{1500, 1500};
  std::vector<float> beyond{-3000, 9000};
  normaliseIntensity(short1, window);
  normaliseIntensity(long1, window);
  normaliseIntensity(beyond, window);
  EXPECT_FLOAT_EQ(short1[0], 0.25F);
  EXPECT_FLOAT_EQ(long1[0], 0.75F);
  EXPECT_FLOAT_EQ(beyond[0], -0.5F);
  EXPECT_FLOAT_EQ(beyond[1], 2);
}

}  // namespace
}  // namespace cmr
