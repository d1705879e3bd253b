#include "models/multi_crop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cmr {
namespace {

// Grey that rises from left to right, so that a view's mean tells where it lies.
PretrainImage ramp(int rows, int columns, double rowsPerColumn = 1) {
  PretrainImage image{"ramp", rows, columns, rowsPerColumn, {}};
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) image.pixels.push_back(static_cast<float>(c + 1));
  }
  return image;
}

PretrainImage diskAt(double column, double row, int rows, int columns, double rowsPerColumn) {
  PretrainImage image{"disk", rows, columns, rowsPerColumn, {}};
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const double dy = (r - row) * rowsPerColumn;
      image.pixels.push_back(std::hypot(c - column, dy) < 12 ? 1.0F : 0.1F);
    }
  }
  return image;
}

MultiCropOptions still() {
  MultiCropOptions o;
  o.rotationDegrees = 0;
  o.flipProbability = 0;
  o.appearance = {0, 0, 0, 0};
  return o;
}

MultiCropPlan smallPlan() {
  MultiCropPlan plan;
  plan.seed = 5;
  plan.images = 3;
  plan.crops.globalSize = 32;
  plan.crops.localSize = 16;
  plan.crops.localCrops = 2;
  plan.masks.gridSide = 4;
  return plan;
}

PretrainImage imageOf(std::uint64_t slot) {
  PretrainImage image = diskAt(20 + static_cast<double>(slot % 5), 30, 64, 64, 1);
  image.name = "image-" + std::to_string(slot);
  return image;
}

// Width over height of the bright pixels.
double shapeOf(const std::vector<float>& view, int size) {
  int left = size, right = -1, top = size, bottom = -1;
  for (int r = 0; r < size; ++r) {
    for (int c = 0; c < size; ++c) {
      if (view[static_cast<std::size_t>(r * size + c)] < 0.5F) continue;
      left = std::min(left, c);
      right = std::max(right, c);
      top = std::min(top, r);
      bottom = std::max(bottom, r);
    }
  }
  return static_cast<double>(right - left + 1) / (bottom - top + 1);
}

TEST(MultiCrop, IsTheSameForTheSameSeedAndNumber) {
  const MultiCropBatch one = drawMultiCrop(smallPlan(), 4, imageOf);
  const MultiCropBatch two = drawMultiCrop(smallPlan(), 4, imageOf);
  EXPECT_EQ(one.globals, two.globals);
  EXPECT_EQ(one.locals, two.locals);
  EXPECT_EQ(one.masks, two.masks);
  EXPECT_EQ(one.names, (std::vector<std::string>{"image-12", "image-13", "image-14"}));
  MultiCropPlan other = smallPlan();
  other.seed = 6;
  EXPECT_NE(drawMultiCrop(other, 4, imageOf).globals, one.globals);
  EXPECT_NE(drawMultiCrop(smallPlan(), 5, imageOf).globals, one.globals);
}

TEST(MultiCrop, DrawsASampleAlikeWhateverTheBatchAroundIt) {
  MultiCropPlan wide = smallPlan();
  wide.images = 6;
  const MultiCropBatch whole = drawMultiCrop(wide, 0, imageOf);
  const MultiCropBatch second = drawMultiCrop(smallPlan(), 1, imageOf);
  const std::size_t view = 32 * 32;
  for (std::size_t v = 0; v < 2; ++v) {
    for (std::size_t i = 0; i < 3; ++i) {
      const auto in = whole.globals.begin() + static_cast<std::ptrdiff_t>((v * 6 + 3 + i) * view);
      const auto out = second.globals.begin() + static_cast<std::ptrdiff_t>((v * 3 + i) * view);
      EXPECT_TRUE(std::equal(in, in + view, out)) << v << " " << i;
    }
  }
}

TEST(MultiCrop, GivesEveryViewOfAnImageAnotherLook) {
  const MultiCropBatch batch = drawMultiCrop(smallPlan(), 0, imageOf);
  ASSERT_EQ(batch.globals.size(), 2U * 3 * 32 * 32);
  ASSERT_EQ(batch.locals.size(), 2U * 3 * 16 * 16);
  const std::size_t half = batch.globals.size() / 2;
  EXPECT_FALSE(std::equal(batch.globals.begin(), batch.globals.begin() + half,
                          batch.globals.begin() + half));
}

TEST(MultiCrop, CoversTheShareOfTheAreaThatItIsTold) {
  double least = 1e9;
  double most = -1e9;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto view = drawView(diskAt(50, 50, 100, 100, 1), 50, {0.3, 0.3}, seed, still());
    const auto bright = static_cast<double>(
        std::count_if(view.begin(), view.end(), [](float v) { return v > 0.5F; }));
    least = std::min(least, bright);
    most = std::max(most, bright);
  }
  // A disk of radius 12 in a view of side 54.8 drawn on 50 pixels: 377 pixels, where it is whole.
  EXPECT_NEAR(most, 377, 15);
  EXPECT_GT(least, 100);
}

TEST(MultiCrop, KeepsDisksRoundWhenPixelsAreNot) {
  const PretrainImage image = diskAt(40, 30, 60, 80, 1.5);
  EXPECT_NEAR(shapeOf(plainView(image, 64), 64), 1.0, 0.1);
  MultiCropOptions turned = still();
  turned.rotationDegrees = 40;
  int whole = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto view = drawView(image, 64, {0.8, 0.8}, seed, turned);
    const double shape = shapeOf(view, 64);
    whole += std::abs(shape - 1) < 0.1 ? 1 : 0;
  }
  EXPECT_GE(whole, 18);
}

TEST(MultiCrop, MirrorsWhenTold) {
  MultiCropOptions mirrored = still();
  mirrored.flipProbability = 1;
  const auto view = drawView(ramp(64, 64), 32, {1, 1}, 3, mirrored);
  EXPECT_GT(view[16 * 32 + 2], view[16 * 32 + 29] + 0.5F);
  const auto plain = drawView(ramp(64, 64), 32, {1, 1}, 3, still());
  EXPECT_LT(plain[16 * 32 + 2], plain[16 * 32 + 29] - 0.5F);
}

TEST(MultiCrop, RatherLooksAtTheBodyThanAtTheAirAroundIt) {
  PretrainImage image{"corner", 100, 100, 1, std::vector<float>(10000, 0.001F)};
  for (int r = 0; r < 100; ++r) {
    for (int c = 0; c < 50; ++c) image.pixels[static_cast<std::size_t>(r * 100 + c)] = 1 + r % 7;
  }
  int inAir = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    MultiCropOptions o = still();
    const auto view = drawView(image, 16, {0.05, 0.05}, seed, o);
    const auto [low, high] = std::minmax_element(view.begin(), view.end());
    inAir += *high - *low < 0.1F ? 1 : 0;
  }
  EXPECT_LE(inAir, 2);  // a third of all places are air alone
}

TEST(PatchMask, HidesTheShareThatItIsTold) {
  const PatchMaskOptions options{16, 0.5, 0.1, 0.5};
  int whole = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto mask = drawPatchMask(options, seed);
    ASSERT_EQ(mask.size(), 256U);
    const int hidden = std::accumulate(mask.begin(), mask.end(), 0);
    if (hidden == 0) {
      ++whole;
    } else {
      EXPECT_GE(hidden, 25);
      EXPECT_LE(hidden, 129);
    }
    EXPECT_EQ(mask, drawPatchMask(options, seed));
  }
  EXPECT_GT(whole, 70);
  EXPECT_LT(whole, 130);
}

TEST(PatchMask, HidesNeighboursTogether) {
  int neighbours = 0;
  int hidden = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto mask = drawPatchMask({16, 1.0, 0.3, 0.3}, seed);
    for (int r = 0; r < 16; ++r) {
      for (int c = 0; c + 1 < 16; ++c) {
        const auto at = static_cast<std::size_t>(r * 16 + c);
        hidden += mask[at];
        neighbours += mask[at] & mask[at + 1];
      }
    }
  }
  EXPECT_GT(neighbours, hidden / 2);  // 0.3 of them if patches were hidden one by one
}

TEST(PatchMask, CanHideEverything) {
  const auto mask = drawPatchMask({3, 1.0, 1.0, 1.0}, 1);
  EXPECT_EQ(std::accumulate(mask.begin(), mask.end(), 0), 9);
}

}  // namespace
}  // namespace cmr
