#include "analysis/key_phases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "analysis/errors.h"

namespace cmr {
namespace {

std::vector<double> cycle(int phases, int endDiastole) {
  std::vector<double> curve;
  for (int p = 0; p < phases; ++p) {
    curve.push_back(100 + 40 * std::cos(2 * std::numbers::pi * (p - endDiastole) / phases));
  }
  return curve;
}

TEST(KeyPhases, EndDiastoleMayBeTheLastPhase) {
  const KeyPhases found = findKeyPhases(cycle(20, 19));
  EXPECT_EQ(found.endDiastole, 19);
  EXPECT_EQ(found.endSystole, 9);
}

TEST(KeyPhases, ShiftWithTheCurve) {
  std::mt19937 random(2);
  std::normal_distribution<double> noise(0, 2);
  std::vector<double> curve = cycle(25, 3);
  for (double& value : curve) {
    value += noise(random);
  }
  const KeyPhases first = findKeyPhases(curve);
  for (int shift = 1; shift < 25; ++shift) {
    std::rotate(curve.begin(), curve.begin() + 1, curve.end());
    const KeyPhases found = findKeyPhases(curve);
    EXPECT_EQ(found.endDiastole, (first.endDiastole - shift + 25) % 25);
    EXPECT_EQ(found.endSystole, (first.endSystole - shift + 25) % 25);
  }
}

TEST(KeyPhases, OneFlickeringFrameDoesNotDecide) {
  std::vector<double> curve = cycle(20, 0);
  curve[13] += 25;
  EXPECT_EQ(findKeyPhases(curve).endDiastole, 0);
}

TEST(KeyPhases, FewPhasesAreTakenAsTheyAre) {
  const KeyPhases found = findKeyPhases({90, 100, 40, 80});
  EXPECT_EQ(found.endDiastole, 1);
  EXPECT_EQ(found.endSystole, 2);
}

TEST(KeyPhases, AFlatCurveGivesItsFirstPhaseAndAnEmptyOneIsRefused) {
  EXPECT_EQ(findKeyPhases({5, 5, 5}).endDiastole, 0);
  EXPECT_THROW(findKeyPhases({}), InputError);
}

}  // namespace
}  // namespace cmr
