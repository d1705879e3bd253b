#include "models/phantom_frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/errors.h"

namespace cmr {
namespace {

std::size_t cavityOf(const TrainingFrame& frame) {
  return static_cast<std::size_t>(
      std::count(frame.allowed.begin(), frame.allowed.end(), bitOf(Structure::lvCavity)));
}

TEST(PhantomFrames, DrawsTheSamePatientsAgainAndOthersForOtherNumbers) {
  const auto once = drawPatients("seg_lge_sax", 1, 7, 2);
  const auto again = drawPatients("seg_lge_sax", 1, 7, 2);
  const auto other = drawPatients("seg_lge_sax", 1, 8, 2);
  ASSERT_EQ(once.size(), 2U);
  EXPECT_EQ(once.front().pixels, again.front().pixels);
  EXPECT_NE(once.front().pixels, other.front().pixels);
  EXPECT_EQ(once.front().patient, "phantom-7");
  EXPECT_EQ(other.front().patient, "phantom-8");
}

TEST(PhantomFrames, TakesSlicesThatHoldTheVentricleWithAllLabelsKnown) {
  for (const TrainingFrame& frame : drawPatients("seg_lge_sax", 2, 1, 4)) {
    EXPECT_GT(cavityOf(frame), 0U) << frame.name;
    EXPECT_EQ(frame.known, anyStructure);
    EXPECT_EQ(frame.pixels.size(), frame.allowed.size());
    EXPECT_GT(frame.spacingMm, 0.5);
  }
}

TEST(PhantomFrames, SeesACineAtEndDiastoleAndAtEndSystole) {
  std::map<CardiacPhase, std::size_t> areas;
  const auto frames = drawPatients("seg_cine_sax", 1, 3, 3);
  ASSERT_EQ(frames.size(), 6U);
  for (const TrainingFrame& frame : frames) areas[frame.phase] += cavityOf(frame);
  EXPECT_GT(areas[CardiacPhase::endSystole], 0U);
  EXPECT_LT(areas[CardiacPhase::endSystole], areas[CardiacPhase::endDiastole]);
}

TEST(PhantomFrames, ShowsMusclePlainlyInBothKindsOfMapsWithinOneWindow) {
  const FixedWindow window = windowOfDrawnPatients("seg_map_sax").fixed.value();
  std::set<std::string> kinds;
  for (const TrainingFrame& frame : drawPatients("seg_map_sax", 1, 2, 1)) {
    kinds.insert(frame.name.substr(frame.name.find('-', 8) + 1, 2));
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      if (frame.allowed[i] != bitOf(Structure::lvMyocardium)) continue;
      sum += static_cast<double>(frame.pixels[i]);
      count += 1;
    }
    ASSERT_GT(count, 0);
    EXPECT_GT(sum / count, window.low + 0.2 * (window.high - window.low)) << frame.name;
    EXPECT_LT(sum / count, window.low + 0.8 * (window.high - window.low)) << frame.name;
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"t1", "t2"}));
}

TEST(PhantomFrames, RefusesATaskWhoseHeartsItCannotDraw) {
  EXPECT_THROW(drawPatients("seg_cine_lax", 1, 1), InputError);
}

}  // namespace
}  // namespace cmr
