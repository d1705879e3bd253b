#include "analysis/label_regions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace cmr {
namespace {

BinaryImage drawn(const std::vector<std::string>& rows) {
  BinaryImage image(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.columns; ++x) {
      image.pixels[image.index(x, y)] =
          rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#';
    }
  }
  return image;
}

TEST(LabelRegions, DiagonalNeighboursAreTwoPartsAndTheLargestComesFirst) {
  const auto regions = connectedRegions(drawn({"#....",  //
                                               ".##..",  //
                                               ".##.#"}));
  ASSERT_EQ(regions.size(), 3U);
  EXPECT_EQ(regions[0].pixels.size(), 4U);
  EXPECT_DOUBLE_EQ(regions[0].column, 1.5);
  EXPECT_DOUBLE_EQ(regions[0].row, 1.5);
  EXPECT_EQ(regions[1].pixels, std::vector<std::size_t>{0});
}

TEST(LabelRegions, HolesAreWhatNoPathLeadsOutOf) {
  EXPECT_EQ(holesOf(drawn({"###.",  //
                           "#.#.",  //
                           "####"})),
            std::vector<std::size_t>{5});
  EXPECT_TRUE(holesOf(drawn({"##..",  // the air escapes diagonally
                             "#.#.",  //
                             "####"}))
                  .empty());
}

TEST(LabelRegions, DistancesAgreeWithSearchingAllPixels) {
  std::mt19937 random(8);
  BinaryImage image(17, 23);
  for (auto& pixel : image.pixels) {
    pixel = random() % 7 == 0;
  }
  const double columnMm = 1.4;
  const double rowMm = 1.1;
  const std::vector<double> distances = signedDistanceMm(image, columnMm, rowMm);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.columns; ++x) {
      double nearest = 1e9;
      for (int v = 0; v < image.rows; ++v) {
        for (int u = 0; u < image.columns; ++u) {
          if (image.at(u, v) != image.at(x, y)) {
            nearest = std::min(nearest, std::hypot((u - x) * columnMm, (v - y) * rowMm));
          }
        }
      }
      const double expected = nearest - (columnMm + rowMm) / 4;
      EXPECT_NEAR(distances[image.index(x, y)], image.at(x, y) ? -expected : expected, 1e-9);
    }
  }
}

TEST(LabelRegions, AnEmptySetIsInfinitelyFar) {
  for (const double d : signedDistanceMm(BinaryImage(3, 4), 1, 1)) {
    EXPECT_TRUE(std::isinf(d) && d > 0);
  }
}

}  // namespace
}  // namespace cmr
