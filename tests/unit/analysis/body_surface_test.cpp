#include "analysis/body_surface.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

PatientFacts body(std::optional<double> heightM, std::optional<double> weightKg) {
  PatientFacts facts;
  facts.heightM = heightM;
  facts.weightKg = weightKg;
  return facts;
}

// Mosteller 1987: a person of 180 cm and 80 kg has sqrt(180 * 80 / 3600) = 2.00 m2.
TEST(BodySurface, FollowsMosteller) {
  EXPECT_DOUBLE_EQ(*bodySurface(body(1.80, 80)).m2, 2.0);
  EXPECT_NEAR(*bodySurface(body(1.60, 50)).m2, 1.4907, 1e-4);
}

TEST(BodySurface, NamesWhatIsMissing) {
  EXPECT_FALSE(bodySurface(body(std::nullopt, 80)).m2);
  EXPECT_THAT(bodySurface(body(std::nullopt, 80)).reason, testing::HasSubstr("height"));
  EXPECT_THAT(bodySurface(body(1.8, std::nullopt)).reason, testing::HasSubstr("weight"));
  const std::string both = bodySurface(body(std::nullopt, std::nullopt)).reason;
  EXPECT_THAT(both, testing::AllOf(testing::HasSubstr("height"), testing::HasSubstr("weight")));
}

// A height in centimetres is a frequent slip; it is neither used nor passed over.
TEST(BodySurface, NamesWhatNoPatientHas) {
  PatientFacts facts = body(std::nullopt, 80);
  facts.refusedHeightM = 178;
  EXPECT_FALSE(bodySurface(facts).m2);
  EXPECT_EQ(bodySurface(facts).reason, "The images state a height of 178 m, which cannot be.");
  facts = body(1.78, std::nullopt);
  facts.refusedWeightKg = 0;
  EXPECT_EQ(bodySurface(facts).reason, "The images state a weight of 0 kg, which cannot be.");
}

}  // namespace
}  // namespace cmr
