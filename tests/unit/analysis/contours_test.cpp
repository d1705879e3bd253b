#include "analysis/contours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "analysis/errors.h"

namespace cmr {
namespace {

struct Mask {
  int rows;
  int columns;
  std::vector<std::uint8_t> pixels;

  Mask(int r, int c) : rows(r), columns(c), pixels(static_cast<std::size_t>(r * c)) {}
  std::uint8_t& at(int x, int y) { return pixels[static_cast<std::size_t>(y * columns + x)]; }
  void fill(int x0, int y0, int x1, int y1, std::uint8_t label) {
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        at(x, y) = label;
      }
    }
  }
  std::vector<Polyline> lines(std::uint8_t label) const {
    return outlines(pixels, rows, columns, label);
  }
};

// Pixels of the 4-connected part at (x, y) are counted and given the label 9.
int floodCount(Mask& mask, int x, int y) {
  std::vector<std::pair<int, int>> open{{x, y}};
  mask.at(x, y) = 9;
  int count = 0;
  while (!open.empty()) {
    const auto [cx, cy] = open.back();
    open.pop_back();
    ++count;
    for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
      const int nx = cx + dx;
      const int ny = cy + dy;
      if (nx >= 0 && ny >= 0 && nx < mask.columns && ny < mask.rows && mask.at(nx, ny) == 1) {
        mask.at(nx, ny) = 9;
        open.emplace_back(nx, ny);
      }
    }
  }
  return count;
}

TEST(Contours, ASinglePixelIsOutlinedByADiamondOfHalfItsArea) {
  Mask mask(5, 7);
  mask.at(3, 2) = 1;
  const auto lines = mask.lines(1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].size(), 5U);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[0]), 0.5);
  for (const auto& point : lines[0]) {
    EXPECT_DOUBLE_EQ(std::abs(point.x - 3) + std::abs(point.y - 2), 0.5);
  }
}

TEST(Contours, EveryLineIsClosedAndNoPointButTheFirstIsRepeated) {
  std::mt19937 random(3);
  Mask mask(20, 30);
  for (auto& pixel : mask.pixels) {
    pixel = random() % 2;
  }
  for (const auto& line : mask.lines(1)) {
    ASSERT_GE(line.size(), 5U);
    EXPECT_EQ(line.front().x, line.back().x);
    EXPECT_EQ(line.front().y, line.back().y);
    for (std::size_t i = 1; i < line.size(); ++i) {
      EXPECT_LE(std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y), 1.0);
      for (std::size_t j = 0; j + 1 < i; ++j) {
        EXPECT_FALSE(i + 1 < line.size() && line[i].x == line[j].x && line[i].y == line[j].y);
      }
    }
  }
}

TEST(Contours, ARegionWithoutHolesEnclosesItsPixelsLessHalfAPixelWhateverItsShape) {
  // Every corner of the pixel outline is cut by an eighth, outward corners away and inward corners
  // in, and a simple closed outline has four more of the former.
  std::mt19937 random(11);
  for (int trial = 0; trial < 60; ++trial) {
    Mask mask(24, 24);
    int x = 12;
    int y = 12;
    mask.at(x, y) = 1;
    for (int step = 0; step < 90; ++step) {  // a tree of pixels: never closes around a hole
      const int side = static_cast<int>(random() % 4);
      const int nx = x + (side == 0) - (side == 1);
      const int ny = y + (side == 2) - (side == 3);
      if (nx < 0 || ny < 0 || nx > 23 || ny > 23) {
        continue;
      }
      x = nx;
      y = ny;
      mask.at(x, y) = 1;
    }
    // Fill holes: what air cannot reach from outside, diagonals included.
    Mask padded(26, 26);
    for (int py = 0; py < 24; ++py) {
      for (int px = 0; px < 24; ++px) {
        padded.at(px + 1, py + 1) = mask.at(px, py);
      }
    }
    std::vector<std::pair<int, int>> open{{0, 0}};
    padded.at(0, 0) = 5;
    while (!open.empty()) {
      const auto [cx, cy] = open.back();
      open.pop_back();
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const int nx = cx + dx;
          const int ny = cy + dy;
          if (nx >= 0 && ny >= 0 && nx < 26 && ny < 26 && padded.at(nx, ny) == 0) {
            padded.at(nx, ny) = 5;
            open.emplace_back(nx, ny);
          }
        }
      }
    }
    int count = 0;
    for (int py = 0; py < 24; ++py) {
      for (int px = 0; px < 24; ++px) {
        count += padded.at(px + 1, py + 1) != 5;
      }
    }
    const auto lines = mask.lines(1);
    ASSERT_EQ(lines.size(), 1U) << "trial " << trial;
    EXPECT_DOUBLE_EQ(enclosedArea(lines[0]), count - 0.5) << "trial " << trial;
  }
}

TEST(Contours, TheOutlinesOfNoiseAreOnePerConnectedPart) {
  std::mt19937 random(5);
  Mask mask(30, 40);
  for (auto& pixel : mask.pixels) {
    pixel = random() % 5 < 2;
  }
  std::size_t parts = 0;
  Mask seen = mask;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.columns; ++x) {
      if (seen.at(x, y) == 1) {
        floodCount(seen, x, y);
        ++parts;
      }
    }
  }
  EXPECT_EQ(mask.lines(1).size(), parts);
}

TEST(Contours, ADiscHasTheAreaOfItsCircle) {
  Mask mask(80, 80);
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 80; ++x) {
      mask.at(x, y) = std::hypot(x - 40.2, y - 39.6) < 30 ? 1 : 0;
    }
  }
  const auto lines = mask.lines(1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NEAR(enclosedArea(lines[0]), std::numbers::pi * 900, 0.01 * std::numbers::pi * 900);
}

TEST(Contours, LargestComesFirst) {
  Mask mask(20, 40);
  mask.fill(1, 1, 4, 4, 1);
  mask.fill(6, 1, 16, 11, 1);
  mask.fill(20, 3, 25, 8, 1);
  const auto lines = mask.lines(1);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[0]), 99.5);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[1]), 24.5);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[2]), 8.5);
}

TEST(Contours, HolesAreLeftOutButPartsInsideThemAreNot) {
  Mask mask(30, 30);
  mask.fill(2, 2, 28, 28, 2);
  mask.fill(8, 8, 22, 22, 1);
  mask.fill(12, 12, 15, 15, 2);
  const auto myocardium = mask.lines(2);
  ASSERT_EQ(myocardium.size(), 2U);
  EXPECT_DOUBLE_EQ(enclosedArea(myocardium[0]), 26 * 26 - 0.5);
  EXPECT_DOUBLE_EQ(enclosedArea(myocardium[1]), 8.5);
}

TEST(Contours, TheEpicardiumIsTheOutlineOfCavityAndMyocardium) {
  Mask mask(30, 30);
  mask.fill(5, 5, 25, 25, 2);
  mask.fill(10, 10, 26, 20, 1);  // the ring is open on one side: the cavity reaches past it
  const auto lines = outlinesOfUnion(mask.pixels, 30, 30, 1, 2);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[0]), 20 * 20 + 10 - 0.5);
}

TEST(Contours, ARegionAtTheEdgeOfTheImageIsClosedHalfAPixelOutsideIt) {
  Mask mask(4, 6);
  mask.fill(0, 0, 6, 4, 1);
  const auto lines = mask.lines(1);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_DOUBLE_EQ(enclosedArea(lines[0]), 23.5);
  const auto [low, high] = std::minmax_element(lines[0].begin(), lines[0].end(),
                                               [](Point2 a, Point2 b) { return a.x < b.x; });
  EXPECT_DOUBLE_EQ(low->x, -0.5);
  EXPECT_DOUBLE_EQ(high->x, 5.5);
}

TEST(Contours, PixelsThatTouchAtACornerAreTwoParts) {
  Mask mask(4, 4);
  mask.at(1, 1) = 1;
  mask.at(2, 2) = 1;
  EXPECT_EQ(mask.lines(1).size(), 2U);
}

TEST(Contours, AnAbsentLabelHasNoOutline) {
  EXPECT_TRUE(Mask(6, 6).lines(1).empty());
  EXPECT_TRUE(outlines({}, 0, 0, 1).empty());
}

TEST(Contours, AMaskOfAnotherSizeIsRefused) {
  EXPECT_THROW(outlines(std::vector<std::uint8_t>(7), 2, 3, 1), InputError);
}

}  // namespace
}  // namespace cmr
