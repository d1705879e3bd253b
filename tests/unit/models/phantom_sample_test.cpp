#include "models/phantom_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cmr {
namespace {

PhantomRequest coarse(PhantomView view, PhantomSequence sequence) {
  PhantomRequest r;
  r.view = view;
  r.sequence = sequence;
  r.rows = r.columns = 96;
  return r;
}

std::size_t count(const PhantomSample& s, PhantomTissue t) {
  return static_cast<std::size_t>(
      std::count(s.tissues.begin(), s.tissues.end(), static_cast<std::uint8_t>(t)));
}

TEST(PhantomSample, IsAFunctionOfSeedAndRequest) {
  const PhantomSample one = drawPhantom(42);
  const PhantomSample again = drawPhantom(42);
  EXPECT_EQ(one.image, again.image);
  EXPECT_EQ(one.tissues, again.tissues);
  EXPECT_NE(one.image, drawPhantom(43).image);
}

TEST(PhantomSample, LabelsTheWholeFieldInEverySequenceAndView) {
  for (const PhantomSequence sequence : allPhantomSequences) {
    for (const PhantomView view : allPhantomViews) {
      const PhantomSample s = drawPhantom(7, coarse(view, sequence));
      ASSERT_EQ(s.image.size(), 96U * 96U);
      ASSERT_EQ(s.tissues.size(), 96U * 96U);
      EXPECT_TRUE(std::all_of(s.image.begin(), s.image.end(),
                              [](float v) { return std::isfinite(v) && v >= 0; }))
          << sequenceName(sequence) << " " << viewName(view);
      EXPECT_TRUE(std::all_of(s.tissues.begin(), s.tissues.end(),
                              [](std::uint8_t t) { return t < phantomTissueCount; }));
      EXPECT_GT(count(s, PhantomTissue::subcutaneousFat), 0U);
    }
  }
}

TEST(PhantomSample, LongAxesShowTheChambersTheyAreNamedAfter) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const PhantomSample two =
        drawPhantom(seed, coarse(PhantomView::twoChamber, PhantomSequence::cine));
    EXPECT_GT(count(two, PhantomTissue::lvBlood), 30U) << seed;
    EXPECT_GT(count(two, PhantomTissue::laBlood), 20U) << seed;
    EXPECT_LT(count(two, PhantomTissue::raBlood), count(two, PhantomTissue::laBlood)) << seed;
    const PhantomSample three =
        drawPhantom(seed, coarse(PhantomView::threeChamber, PhantomSequence::cine));
    EXPECT_GT(count(three, PhantomTissue::aorta), 5U) << seed;
    EXPECT_GT(count(three, PhantomTissue::laBlood), 20U) << seed;
    const PhantomSample four =
        drawPhantom(seed, coarse(PhantomView::fourChamber, PhantomSequence::cine));
    for (const PhantomTissue t : {PhantomTissue::lvBlood, PhantomTissue::rvBlood,
                                  PhantomTissue::laBlood, PhantomTissue::raBlood}) {
      EXPECT_GT(count(four, t), 20U) << seed << " " << tissueName(t);
    }
  }
}

TEST(PhantomSample, MostHeartsShowTheirDiseaseAndNoOtherHasAnInfarct) {
  int scarred = 0;
  double dilatedEf = 0;
  double normalEf = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    PhantomRequest r = coarse(PhantomView::sax, PhantomSequence::lge);
    r.rows = r.columns = 32;
    r.disease = PhantomDisease::infarct;
    scarred += drawPhantom(seed, r).heartHasScar ? 1 : 0;
    r.disease = PhantomDisease::normal;
    const PhantomSample normal = drawPhantom(seed, r);
    EXPECT_FALSE(normal.heartHasScar);
    EXPECT_EQ(count(normal, PhantomTissue::scar), 0U);
    normalEf += normal.ejectionFraction / 20;
    r.disease = PhantomDisease::dilated;
    dilatedEf += drawPhantom(seed, r).ejectionFraction / 20;
  }
  EXPECT_EQ(scarred, 20);
  EXPECT_GT(normalEf, 0.55);
  EXPECT_LT(dilatedEf, 0.40);
}

// The tissues of one structure and another among the 3 x 3 pixels about a landmark.
bool near(const PhantomSample& s, const PhantomLandmark& mark,
          const std::vector<PhantomTissue>& tissues, int reach) {
  const int row = static_cast<int>(std::lround(mark.row));
  const int column = static_cast<int>(std::lround(mark.column));
  for (int r = std::max(0, row - reach); r <= std::min(s.rows - 1, row + reach); ++r) {
    for (int c = std::max(0, column - reach); c <= std::min(s.columns - 1, column + reach); ++c) {
      const auto at = static_cast<PhantomTissue>(
          s.tissues[static_cast<std::size_t>(r) * static_cast<std::size_t>(s.columns) +
                    static_cast<std::size_t>(c)]);
      if (std::find(tissues.begin(), tissues.end(), at) != tissues.end()) return true;
    }
  }
  return false;
}

TEST(PhantomSample, InsertionsLieWhereRightVentricleMeetsTheLeftOnesWall) {
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    PhantomRequest r = coarse(PhantomView::sax, PhantomSequence::cine);
    r.rows = r.columns = 192;
    const PhantomSample s = drawPhantom(seed, r);
    ASSERT_EQ(s.landmarks.size(), 2U);
    for (const PhantomLandmark& mark : s.landmarks) {
      if (!mark.visible) continue;
      ++seen;
      const int reach = static_cast<int>(std::ceil(3.0 / s.spacingMm));
      EXPECT_TRUE(near(s, mark, {PhantomTissue::myocardium, PhantomTissue::scar}, reach)) << seed;
      EXPECT_TRUE(near(s, mark,
                       {PhantomTissue::rvBlood, PhantomTissue::rvWall, PhantomTissue::rvTrabecula},
                       reach))
          << seed;
      EXPECT_TRUE(near(s, mark,
                       {PhantomTissue::epicardialFat, PhantomTissue::pericardium,
                        PhantomTissue::vesselWall, PhantomTissue::rvWall},
                       2 * reach))
          << seed;
    }
  }
  EXPECT_GT(seen, 30);
}

TEST(PhantomSample, MitralLandmarksLieBetweenVentricleAndAtriumAndTheApexAtTheCavitysEnd) {
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    for (const PhantomView view : {PhantomView::twoChamber, PhantomView::fourChamber}) {
      PhantomRequest r = coarse(view, PhantomSequence::cine);
      r.rows = r.columns = 192;
      const PhantomSample s = drawPhantom(seed, r);
      ASSERT_EQ(s.landmarks.size(), 3U);
      const int reach = static_cast<int>(std::ceil(5.0 / s.spacingMm));
      for (int i = 0; i < 2; ++i) {
        const PhantomLandmark& mark = s.landmarks[static_cast<std::size_t>(i)];
        ASSERT_TRUE(mark.visible) << seed << viewName(view);
        EXPECT_TRUE(near(s, mark, {PhantomTissue::lvBlood}, reach)) << seed << viewName(view) << i;
        EXPECT_TRUE(near(s, mark, {PhantomTissue::myocardium, PhantomTissue::scar}, reach))
            << seed << viewName(view) << i;
      }
      const PhantomLandmark& apex = s.landmarks[2];
      if (!apex.visible) continue;
      ++seen;
      EXPECT_TRUE(near(s, apex, {PhantomTissue::myocardium, PhantomTissue::scar}, reach)) << seed;
      EXPECT_TRUE(near(s, apex, {PhantomTissue::lvBlood, PhantomTissue::papillary}, 2 * reach))
          << seed << viewName(view);
    }
  }
  EXPECT_GT(seen, 30);
}

TEST(PhantomSample, TaskLabelsCountPapillariesAsCavityAndScarAsMyocardium) {
  PhantomRequest r = coarse(PhantomView::sax, PhantomSequence::lge);
  r.disease = PhantomDisease::infarct;
  const PhantomSample s = drawPhantom(3, r);
  const auto labels = shortAxisLabels(s);
  const auto longLabels = longAxisLabels(s);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto t = static_cast<PhantomTissue>(s.tissues[i]);
    if (t == PhantomTissue::papillary) {
      EXPECT_EQ(labels[i], static_cast<std::uint8_t>(Structure::lvCavity));
    } else if (t == PhantomTissue::scar) {
      EXPECT_EQ(longLabels[i], static_cast<std::uint8_t>(Structure::lvMyocardium));
    } else if (t == PhantomTissue::laBlood) {
      EXPECT_EQ(labels[i], 0);
      EXPECT_EQ(longLabels[i], static_cast<std::uint8_t>(LongAxisStructure::leftAtrium));
    }
  }
}

}  // namespace
}  // namespace cmr
