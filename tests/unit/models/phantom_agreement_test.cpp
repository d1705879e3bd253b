// What the measurements make of hearts whose truth is known, from their true labels.
#include "models/phantom_agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/phantom_truth.h"

namespace cmr {
namespace {

std::map<std::string, ComparedNumber> heart(std::uint64_t seed) {
  std::map<std::string, ComparedNumber> byId;
  for (const ComparedNumber& n : compareHeart(seed, nullptr)) byId.emplace(n.id, n);
  return byId;
}

void expectNear(const std::map<std::string, ComparedNumber>& heart, const std::string& id,
                double tolerance) {
  const ComparedNumber& n = heart.at(id);
  ASSERT_TRUE(n.measured) << id;
  EXPECT_NEAR(*n.measured, n.truth, tolerance) << id;
}

// An infarct (seed 3 of five diseases in turn): with a scar, seen by a Siemens scanner. A whole
// examination takes seconds to draw, hence both in one test.
TEST(PhantomAgreement, MeasurementsFindTheTruthOfADrawnHeartAndAreAFunctionOfItsSeed) {
  const auto one = heart(3);
  const auto again = heart(3);
  ASSERT_EQ(one.size(), again.size());
  for (const auto& [id, number] : one) EXPECT_EQ(number.measured, again.at(id).measured) << id;
  expectNear(one, "lv.edv", 0.08 * one.at("lv.edv").truth);
  expectNear(one, "lv.ef", 5);
  expectNear(one, "lv.mass", 0.12 * one.at("lv.mass").truth);
  expectNear(one, "lax.lv.edv", 0.15 * one.at("lv.edv").truth);
  expectNear(one, "lax.mapse", 4);
  expectNear(one, "t1.global", 0.05 * one.at("t1.global").truth);
  expectNear(one, "t2.global", 0.08 * one.at("t2.global").truth);
  expectNear(one, "t1.global.fitted", 0.05 * one.at("t1.global").truth);
  expectNear(one, "t2.global.fitted", 0.08 * one.at("t2.global").truth);
  expectNear(one, "septum.anterior", 25);
  expectNear(one, "septum.inferior", 25);
}

TEST(PhantomMotion, IsThatOfAWallThatKeepsItsVolume) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const PhantomBody body = drawBody(seed, PhantomDisease::normal);
    const PhantomMotion motion = measureMotion(body);
    EXPECT_NEAR(motion.excursionMm, body.heart.descentMm, 1e-6) << seed;
    EXPECT_LT(motion.endocardialPercent, motion.midwallPercent) << seed;
    EXPECT_LT(motion.midwallPercent, 0) << seed;
    EXPECT_GT(motion.thickeningPercent, 0) << seed;
    EXPECT_LT(motion.longitudinalPercent, 0) << seed;
  }
}

}  // namespace
}  // namespace cmr
