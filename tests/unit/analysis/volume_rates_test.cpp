#include "analysis/volume_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;

struct Beat {
  std::vector<double> ml;
  std::vector<double> ms;
  double cycleMs = 0;
};

// 100 + 50 cos(2 pi t / T): ED at t = 0, ES at T / 2, peak rates 50 * 2 pi / T at T / 4 and 3 T
// / 4.
Beat cosine(int phases, double cycleMs, double firstMs = 10) {
  Beat beat;
  beat.cycleMs = cycleMs;
  for (int i = 0; i < phases; ++i) {
    const double t = cycleMs * i / phases;
    beat.ms.push_back(firstMs + t);
    beat.ml.push_back(100 + 50 * std::cos(2 * pi * t / cycleMs));
  }
  return beat;
}

VolumeRates ratesOf(const Beat& beat, KeyPhases phases) {
  return volumeRates(beat.ml, beat.ms, beat.cycleMs, phases);
}

// The header's formula: a central difference gives sin(x) / x of the true rate.
TEST(VolumeRates, GiveTheAnalyticPeaksOfACosineTimesTheirKnownLoss) {
  for (const int phases : {12, 20, 24, 40, 100}) {
    const VolumeRates rates = ratesOf(cosine(phases, 1000), {0, phases / 2});
    const double x = 2 * pi / phases;
    const double truth = 1000 * 50 * 2 * pi / 1000;
    ASSERT_TRUE(rates.peakEjectionMlPerS && rates.peakFillingMlPerS) << phases;
    EXPECT_TRUE(rates.isClosed);
    const double loss = std::sin(x) / x;
    if (phases % 4 == 0) {  // a phase lies on the peak
      EXPECT_NEAR(*rates.peakEjectionMlPerS, truth * loss, 1e-6) << phases;
      EXPECT_NEAR(*rates.peakFillingMlPerS, truth * loss, 1e-6) << phases;
    }
    EXPECT_LE(*rates.peakEjectionMlPerS, truth);
    EXPECT_NEAR(rates.stepMs, 1000.0 / phases, 1e-9);
  }
}

// Where the images begin within the cycle changes nothing.
TEST(VolumeRates, DoNotDependOnThePhaseThatComesFirst) {
  const Beat beat = cosine(20, 900);
  const VolumeRates plain = ratesOf(beat, {0, 10});
  for (int shift = 1; shift < 20; ++shift) {
    Beat shifted = beat;
    for (int i = 0; i < 20; ++i) {
      shifted.ml[static_cast<std::size_t>(i)] = beat.ml[static_cast<std::size_t>((i + shift) % 20)];
    }
    const VolumeRates rates = ratesOf(shifted, {(20 - shift) % 20, (30 - shift) % 20});
    EXPECT_NEAR(*rates.peakEjectionMlPerS, *plain.peakEjectionMlPerS, 1e-9) << shift;
    EXPECT_NEAR(*rates.peakFillingMlPerS, *plain.peakFillingMlPerS, 1e-9) << shift;
  }
}

TEST(VolumeRates, TakeTheTimesAsTheyAreWhereStepsDiffer) {
  // 120 mL, 100 mL 50 ms later, 40 mL 150 ms later still: 80 mL in 200 ms.
  const VolumeRates rates = volumeRates({120, 100, 40, 90}, {0, 50, 200, 300}, 400, {0, 2});
  ASSERT_TRUE(rates.mlPerS[1]);
  EXPECT_DOUBLE_EQ(*rates.mlPerS[1], -400);
}

TEST(VolumeRates, LeaveTheEndsOpenWhenTheCycleIsNotKnownOrNotCovered) {
  const Beat beat = cosine(20, 1000);
  for (const auto cycle : {std::optional<double>(), std::optional<double>(1300.0)}) {
    const VolumeRates rates = volumeRates(beat.ml, beat.ms, cycle, {0, 10});
    EXPECT_FALSE(rates.isClosed);
    EXPECT_FALSE(rates.mlPerS.front() || rates.mlPerS.back());
    EXPECT_TRUE(rates.peakEjectionMlPerS);
  }
}

// As in a real series: 20 phases of 40 ms where the header says 759 ms from beat to beat.
TEST(VolumeRates, CloseACycleWhosePhasesReachBeyondTheStatedInterval) {
  const Beat beat = cosine(20, 800);
  const VolumeRates whole = volumeRates(beat.ml, beat.ms, 800, {0, 10});
  for (const double stated : {759.0, 735.0}) {
    const VolumeRates rates = volumeRates(beat.ml, beat.ms, stated, {0, 10});
    EXPECT_TRUE(rates.isClosed) << stated;
    ASSERT_TRUE(rates.mlPerS.front() && rates.mlPerS.back()) << stated;
    EXPECT_DOUBLE_EQ(*rates.mlPerS.front(), *whole.mlPerS.front()) << stated;
    EXPECT_DOUBLE_EQ(*rates.mlPerS.back(), *whole.mlPerS.back()) << stated;
  }
  EXPECT_FALSE(volumeRates(beat.ml, beat.ms, 500, {0, 10}).isClosed);  // of another heart
}

TEST(VolumeRates, SayWhyThereAreNone) {
  const Beat beat = cosine(20, 1000);
  EXPECT_FALSE(volumeRates(beat.ml, {}, 1000, {0, 10}).reason.empty());
  EXPECT_FALSE(volumeRates({100, 50}, {0, 400}, 800, {0, 1}).reason.empty());
  std::vector<double> same(20, 5.0);
  EXPECT_FALSE(volumeRates(beat.ml, same, 1000, {0, 10}).reason.empty());
  EXPECT_TRUE(volumeRates(beat.ml, beat.ms, 1000, {0, 10}).reason.empty());
}

TEST(VolumeRates, HaveNoPeakInACurveThatOnlyRises) {
  const VolumeRates rates =
      volumeRates({10, 20, 30, 40, 50}, {0, 100, 200, 300, 400}, std::nullopt, {0, 4});
  EXPECT_FALSE(rates.peakEjectionMlPerS);
}

}  // namespace
}  // namespace cmr
