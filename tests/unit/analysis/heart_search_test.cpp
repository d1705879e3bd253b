#include "analysis/heart_search.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cmr {
namespace {

constexpr int grid = 16;
constexpr int cellSize = 8;
constexpr int side = 128;

ImageStack emptyStack(int slices) {
  ImageStack stack;
  stack.rows = stack.columns = side;
  stack.sliceCount = slices;
  stack.phaseCount = 1;
  for (int s = 0; s < slices; ++s) {
    stack.planes.push_back({{0, 0, 10.0 * s}, {1, 0, 0}, {0, 1, 0}, 1.5, 1.5});
  }
  stack.frames.resize(static_cast<std::size_t>(slices));
  return stack;
}

std::vector<float> cellsWith(std::initializer_list<std::array<float, 3>> columnRowValue) {
  std::vector<float> cells(grid * grid + 1);
  for (const auto& [column, row, value] : columnRowValue) {
    cells[static_cast<std::size_t>(row) * grid + static_cast<std::size_t>(column)] = value;
  }
  return cells;
}

void drawDisc(Segmentation& s, int slice, double column, double row, double radius,
              Structure inside, Structure wall, double wallWidth) {
  const auto labels = s.labels.frame(slice, 0);
  for (int r = 0; r < s.labels.rows; ++r) {
    for (int c = 0; c < s.labels.columns; ++c) {
      const double d = std::hypot(c - column, r - row);
      auto& label = labels[static_cast<std::size_t>(r * s.labels.columns + c)];
      if (d <= radius) {
        label = static_cast<std::uint8_t>(inside);
      } else if (d <= radius + wallWidth) {
        label = static_cast<std::uint8_t>(wall);
      }
    }
  }
}

Segmentation unlabelled(const ImageStack& stack, float confidence) {
  Segmentation s;
  s.labels = LabelStack(stack.rows, stack.columns, stack.sliceCount, 1);
  s.confidence.resize(stack.frames.size());
  for (FrameConfidence& c : s.confidence) c.meanProbability.fill(confidence);
  return s;
}

TEST(HeartSearch, ThePeakIsFoundBetweenCells) {
  const auto p = cellsWith({{5, 7, 0.3F}, {6, 7, 0.3F}});
  const auto centres = likelyCentres(p, grid, grid, 1);
  ASSERT_EQ(centres.size(), 1U);
  EXPECT_NEAR(centres[0].column, 5.5, 1e-6);
  EXPECT_NEAR(centres[0].row, 7, 1e-6);
  EXPECT_NEAR(centres[0].presence, 0.6, 1e-6);
}

TEST(HeartSearch, SeveralPlacesComeBestFirstAndApart) {
  const auto p = cellsWith({{2, 2, 0.2F}, {3, 2, 0.1F}, {10, 11, 0.5F}});
  const auto centres = likelyCentres(p, grid, grid, 5);
  ASSERT_EQ(centres.size(), 2U);
  EXPECT_NEAR(centres[0].column, 10, 1e-6);
  EXPECT_NEAR(centres[1].row, 2, 1e-6);
}

TEST(HeartSearch, NoProbabilityAnywhereStillGivesAPlace) {
  EXPECT_EQ(likelyCentres(cellsWith({}), grid, grid, 3).size(), 1U);
}

TEST(HeartSearch, ThePlaceThatTheSlicesShareIsACandidateBesideTheFittedLine) {
  const ImageStack stack = emptyStack(6);
  std::vector<FieldLook> looks;
  for (int s = 0; s < 6; ++s) {
    // Each slice is sure of a place of its own, and all of them see something at (8, 8).
    const auto own = static_cast<float>(s % 2 == 0 ? 2 : 14);
    looks.push_back({{s, 0}, {}, cellsWith({{own, own, 0.5F}, {8, 8, 0.4F}})});
  }
  bool found = false;
  for (const HeartAxis& axis : candidateAxes(looks, grid, grid, cellSize, stack)) {
    const double expected = 8.5 * cellSize - 0.5;
    found = found || std::hypot(axis.column(2) - expected, axis.row(2) - expected) < 1;
  }
  EXPECT_TRUE(found);
}

TEST(HeartSearch, ARingOfMyocardiumLooksMoreLikeAHeartThanABareDisc) {
  const ImageStack stack = emptyStack(1);
  const std::vector<FrameKey> frames{{0, 0}};
  Segmentation heart = unlabelled(stack, 0.9F);
  drawDisc(heart, 0, 60, 60, 15, Structure::lvCavity, Structure::lvMyocardium, 6);
  Segmentation disc = unlabelled(stack, 0.9F);
  drawDisc(disc, 0, 60, 60, 15, Structure::lvCavity, Structure::background, 6);
  EXPECT_GT(heartLikeness(stack, heart, frames), 0.85);
  EXPECT_LT(heartLikeness(stack, disc, frames), 0.1);
  EXPECT_EQ(heartLikeness(stack, unlabelled(stack, 0.9F), frames), 0);
}

TEST(HeartSearch, TheCentreIsThatOfTheLargestPartOfTheCavity) {
  const ImageStack stack = emptyStack(2);
  Segmentation seen = unlabelled(stack, 0.9F);
  drawDisc(seen, 0, 60, 70, 15, Structure::lvCavity, Structure::lvMyocardium, 6);
  drawDisc(seen, 0, 110, 20, 5, Structure::lvCavity, Structure::background, 0);
  const std::vector<FrameKey> frames{{0, 0}, {1, 0}};
  const auto centres = cavityCentres(stack, seen, frames);
  ASSERT_EQ(centres.size(), 1U);
  EXPECT_NEAR(centres[0].column, 60, 0.1);
  EXPECT_NEAR(centres[0].row, 70, 0.1);
  EXPECT_GT(centres[0].weight, 0);
}

TEST(HeartSearch, ASearchOverTheFieldStartsInTheMiddleAndLeavesNoGapWiderThanItsStride) {
  const ImageStack stack = emptyStack(3);
  const auto axes = axesOverField(stack, 60);
  ASSERT_FALSE(axes.empty());
  EXPECT_NEAR(axes.front().column(0), (side - 1) / 2.0, 1e-9);
  for (int r = 20; r < side - 20; r += 4) {
    for (int c = 20; c < side - 20; c += 4) {
      double nearest = 1e9;
      for (const HeartAxis& a : axes) {
        nearest = std::min(nearest, 1.5 * std::hypot(a.column(0) - c, a.row(0) - r));
      }
      EXPECT_LT(nearest, 60) << c << ' ' << r;
    }
  }
}

TEST(HeartSearch, ScoutsAreOfEverySliceAndProbesAFewOfTheMiddle) {
  ImageStack stack = emptyStack(12);
  EXPECT_EQ(scoutFrames(stack).size(), 12U) << "one phase is not looked at twice";
  stack.phaseCount = 30;
  const auto scouts = scoutFrames(stack);
  ASSERT_EQ(scouts.size(), 24U);
  EXPECT_EQ(scouts[1].phase, 10);
  const auto probes = probesAmong(scouts);
  EXPECT_EQ(probes.size(), 6U);
  for (const FrameKey& probe : probes) {
    EXPECT_GE(probe.slice, 3);
    EXPECT_LT(probe.slice, 9);
  }
  EXPECT_EQ(probesAmong({{0, 0}}).size(), 1U);
}

TEST(HeartSearch, ParallelAxesAreAsFarApartAsTheirPixelsAreWide) {
  const ImageStack stack = emptyStack(3);
  EXPECT_NEAR(axisDistanceMm({10, 0, 10, 0, 0, 2}, {13, 0, 14, 0, 0, 2}, stack), 7.5, 1e-9);
}

}  // namespace
}  // namespace cmr
