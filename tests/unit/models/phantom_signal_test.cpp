#include "models/phantom_signal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cmr {
namespace {

TissueTable tissuesAt(double tesla) {
  std::mt19937_64 rng(4);
  return drawTissues(rng, {tesla, false});
}
std::size_t i(PhantomTissue t) { return static_cast<std::size_t>(t); }

TEST(PhantomSignal, LookLockerFitOfTheInversionImagesGivesTheT1OfTheMap) {
  const TissueTable tissues = tissuesAt(1.5);
  SequenceSettings map;
  map.sequence = PhantomSequence::t1Map;
  const auto truth = tissueSignals(tissues, map, 0);
  for (const PhantomTissue t : {PhantomTissue::myocardium, PhantomTissue::scar,
                                PhantomTissue::lvBlood, PhantomTissue::liver}) {
    // Three signed samples at equal distances solve A - B exp(-TI/T1*) exactly.
    std::array<double, 3> s{};
    SequenceSettings molli;
    molli.sequence = PhantomSequence::molli;
    molli.flipDegrees = 35;
    for (std::size_t k = 0; k < 3; ++k) {
      molli.inversionMs = 100 + 800 * static_cast<double>(k);
      s[k] = static_cast<double>(tissueSignals(tissues, molli, 0)[i(t)]);
    }
    const double decay = (s[2] - s[1]) / (s[1] - s[0]);
    const double t1star = -800 / std::log(decay);
    const double a = (s[0] * s[2] - s[1] * s[1]) / (s[0] + s[2] - 2 * s[1]);
    const double b = (a - s[0]) * std::exp(100 / t1star);
    EXPECT_NEAR(t1star * (b / a - 1), static_cast<double>(truth[i(t)]), 2) << tissueName(t);
  }
}

TEST(PhantomSignal, OfAT1MapAfterContrastShowsBloodAndScarBelowMyocardium) {
  for (const double tesla : {1.5, 3.0}) {
    SequenceSettings map;
    map.sequence = PhantomSequence::t1Map;
    const auto native = tissueSignals(tissuesAt(tesla), map, 0);
    map.afterContrast = true;
    const auto after = tissueSignals(tissuesAt(tesla), map, 0);
    EXPECT_GT(native[i(PhantomTissue::lvBlood)], native[i(PhantomTissue::myocardium)]);
    EXPECT_LT(after[i(PhantomTissue::lvBlood)], after[i(PhantomTissue::myocardium)]);
    EXPECT_LT(after[i(PhantomTissue::scar)], after[i(PhantomTissue::myocardium)]);
    EXPECT_LT(after[i(PhantomTissue::myocardium)], native[i(PhantomTissue::myocardium)]);
  }
}

TEST(PhantomSignal, T2PreparedImagesDecayWithTheT2OfTheMap) {
  const TissueTable tissues = tissuesAt(1.5);
  SequenceSettings s;
  s.sequence = PhantomSequence::t2Prep;
  const double first =
      static_cast<double>(tissueSignals(tissues, s, 0)[i(PhantomTissue::myocardium)]);
  s.preparationMs = 55;
  const double last =
      static_cast<double>(tissueSignals(tissues, s, 0)[i(PhantomTissue::myocardium)]);
  EXPECT_NEAR(55 / std::log(first / last), tissues[i(PhantomTissue::myocardium)].t2, 0.01);
}

TEST(PhantomSignal, NulledMyocardiumIsDarkWhereScarAndBloodAreBright) {
  for (const double tesla : {1.5, 3.0}) {
    const TissueTable tissues = tissuesAt(tesla);
    SequenceSettings s;
    s.sequence = PhantomSequence::lgePsir;
    s.beatMs = 1800;
    s.inversionMs = nullingTimeMs(tissues[i(PhantomTissue::myocardium)].t1After, s.beatMs);
    const auto signals = tissueSignals(tissues, s, 0);
    EXPECT_NEAR(signals[i(PhantomTissue::myocardium)], 0, 1e-5);
    EXPECT_GT(signals[i(PhantomTissue::scar)], 0.08) << tesla;
    EXPECT_GT(signals[i(PhantomTissue::lvBlood)], 0.08) << tesla;
  }
}

TEST(PhantomSignal, BalancedCineShowsBloodTwiceAsBrightAsMyocardiumAndFatOpposed) {
  SequenceSettings s;
  const auto signals = tissueSignals(tissuesAt(1.5), s, 0);
  EXPECT_GT(signals[i(PhantomTissue::lvBlood)], 2 * signals[i(PhantomTissue::myocardium)]);
  EXPECT_LT(signals[i(PhantomTissue::epicardialFat)], 0);
  EXPECT_LT(signals[i(PhantomTissue::lung)], 0.2F * signals[i(PhantomTissue::myocardium)]);
}

}  // namespace
}  // namespace cmr
