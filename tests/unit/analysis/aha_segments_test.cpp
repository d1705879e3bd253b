#include "analysis/aha_segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "analysis/errors.h"
#include "tests/support/ring_heart.h"

namespace cmr {
namespace {

using test::RingHeart;

constexpr double degree = std::numbers::pi / 180;

// The usual view, rows growing downwards: septum on the left, anterior wall at the top.
const SeptumDirections usual{225 * degree, 135 * degree};

TEST(AhaSegment, NamesTheWallsOfTheUsualView) {
  const std::map<double, int> basal{{200, 2}, {140, 3}, {90, 4}, {30, 5}, {330, 6}, {270, 1}};
  for (const auto& [angle, segment] : basal) {
    EXPECT_EQ(ahaSegment(AhaLevel::basal, angle * degree, usual), segment) << angle;
    EXPECT_EQ(ahaSegment(AhaLevel::mid, angle * degree, usual), segment + 6) << angle;
  }
  const std::map<double, int> apical{{165, 14}, {90, 15}, {345, 16}, {270, 13}};
  for (const auto& [angle, segment] : apical) {
    EXPECT_EQ(ahaSegment(AhaLevel::apical, angle * degree, usual), segment) << angle;
  }
}

// Laws: turning image and insertions together, or mirroring both, changes no segment.
TEST(AhaSegment, DependsOnlyOnWhereTheInsertionsAre) {
  for (double turned = -400; turned <= 400; turned += 37) {
    for (double angle = 0.5; angle < 360; angle += 1) {
      const SeptumDirections rotated{usual.anteriorRad + turned * degree,
                                     usual.inferiorRad + turned * degree};
      const SeptumDirections mirrored{-usual.anteriorRad, -usual.inferiorRad};
      for (const AhaLevel level : {AhaLevel::basal, AhaLevel::mid, AhaLevel::apical}) {
        const int segment = ahaSegment(level, angle * degree, usual);
        EXPECT_EQ(ahaSegment(level, (angle + turned) * degree, rotated), segment);
        EXPECT_EQ(ahaSegment(level, -angle * degree, mirrored), segment);
      }
    }
  }
}

TEST(AhaSegment, SharesTheCircleEvenly) {
  std::map<int, int> degrees;
  for (double angle = 0.5; angle < 360; angle += 1) {
    for (const AhaLevel level : {AhaLevel::basal, AhaLevel::mid, AhaLevel::apical}) {
      ++degrees[ahaSegment(level, angle * degree, usual)];
    }
  }
  ASSERT_EQ(degrees.size(), 16U);
  for (const auto& [segment, count] : degrees) EXPECT_EQ(count, segment > 12 ? 90 : 60) << segment;
}

TEST(AhaName, IsThatOfTheGuideline) {
  EXPECT_EQ(ahaName(1), "1 basal anterior");
  EXPECT_EQ(ahaName(9), "9 mid inferoseptal");
  EXPECT_EQ(ahaName(16), "16 apical lateral");
  EXPECT_EQ(ahaName(ahaApex), "17 apex");
  EXPECT_THROW(ahaName(18), InputError);
}

TEST(SeptumDirections, AreTakenInMillimetres) {
  const PlaneGeometry plane{{}, {1, 0, 0}, {0, 1, 0}, 1.0, 2.0};
  const SeptumDirections d = septumDirections(plane, {50, 50}, {40, 45}, {40, 55});
  EXPECT_NEAR(d.anteriorRad, -135 * degree, 1e-9);
  EXPECT_NEAR(d.inferiorRad, 135 * degree, 1e-9);
}

struct Hypertrophy {
  RingHeart heart;
  int slices = 9;
  // Twelve mm at the septum, eight at the free wall; 5 mm more everywhere at end systole.
  static double thickness(double direction) {
    return 10 + 2 * std::cos(direction - std::numbers::pi);
  }
  LabelStack labels() const {
    LabelStack all = heart.noLabels(slices, 2);
    for (int slice = 0; slice < slices; ++slice) {
      const double inner = 26 - 1.5 * slice;
      heart.draw(all, slice, 0, test::circle(inner),
                 [&](double t) { return inner + thickness(t); });
      heart.draw(all, slice, 1, test::circle(inner - 6),
                 [&](double t) { return inner - 6 + thickness(t) + 5; });
    }
    return all;
  }
};

TEST(AhaLevels, AreThreeEqualPartsFromBaseToApex) {
  const Hypertrophy h;
  const LabelStack labels = h.labels();
  ImageStack stack = h.heart.stack(h.slices, 2);
  auto levels = ahaLevels(stack, labels, 0);
  for (int slice = 0; slice < 9; ++slice) {
    const auto at = static_cast<std::size_t>(slice);
    ASSERT_TRUE(levels[at]);
    EXPECT_EQ(*levels[at], slice < 3   ? AhaLevel::basal
                           : slice < 6 ? AhaLevel::mid
                                       : AhaLevel::apical);
  }
  EXPECT_FALSE(ahaLevels(stack, h.heart.noLabels(9, 2), 0)[4]);
}

TEST(SegmentThickness, IsTheMeanOverEachSegment) {
  const Hypertrophy h;
  const std::vector<std::optional<SeptumDirections>> septum(9, usual);
  const auto segments = segmentThickness(h.heart.stack(9, 2), h.labels(), 0, 1, septum, septum);
  for (int segment = 1; segment <= 16; ++segment) {
    double sum = 0;
    int count = 0;
    const AhaLevel level = segment > 12  ? AhaLevel::apical
                           : segment > 6 ? AhaLevel::mid
                                         : AhaLevel::basal;
    for (double angle = 0.5; angle < 360; angle += 1) {
      if (ahaSegment(level, angle * degree, usual) != segment) continue;
      sum += Hypertrophy::thickness(angle * degree);
      ++count;
    }
    const double truth = sum / count;
    const SegmentThickness& found = segments[static_cast<std::size_t>(segment - 1)];
    ASSERT_TRUE(found.endDiastoleMm && found.endSystoleMm) << segment;
    EXPECT_NEAR(*found.endDiastoleMm, truth, 0.5) << segment;
    EXPECT_NEAR(*found.endSystoleMm, truth + 5, 0.5) << segment;
    EXPECT_NEAR(*found.thickeningPercent, 500 / truth, 8) << segment;
  }
}

TEST(SegmentThickness, IsMissingWhereInsertionsAre) {
  const Hypertrophy h;
  std::vector<std::optional<SeptumDirections>> septum(9, usual);
  for (std::size_t slice = 6; slice < 9; ++slice) septum[slice].reset();
  const auto segments = segmentThickness(h.heart.stack(9, 2), h.labels(), 0, 1, septum, septum);
  EXPECT_TRUE(segments[0].endDiastoleMm);
  EXPECT_FALSE(segments[13].endDiastoleMm);
  EXPECT_FALSE(segments[13].thickeningPercent);
}

}  // namespace
}  // namespace cmr
