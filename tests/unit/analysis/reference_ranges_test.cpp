#include "analysis/reference_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

using testing::HasSubstr;

PatientFacts person(std::optional<Sex> sex, std::optional<double> ageYears) {
  PatientFacts facts;
  facts.sex = sex;
  facts.ageYears = ageYears;
  return facts;
}

Measurement withRange(const std::string& id, const PatientFacts& patient,
                      PapillaryConvention convention = PapillaryConvention::inCavity) {
  std::vector<Measurement> all(1);
  all[0].id = id;
  all[0].value = 100;
  addReferenceRanges(all, patient, convention);
  return all[0];
}

TEST(ReferenceRanges, AreThoseOfTheSexWithTheirSource) {
  const Measurement man = withRange("lv.edv", person(Sex::male, 50));
  ASSERT_TRUE(man.reference);
  EXPECT_EQ(man.reference->low, 81);
  EXPECT_EQ(man.reference->high, 204);
  EXPECT_THAT(man.reference->source, HasSubstr("JCMR 2025;27:101853"));
  EXPECT_THAT(man.reference->population, HasSubstr("men of 20 to 80 years"));
  const Measurement woman = withRange("lv.massi", person(Sex::female, 50));
  ASSERT_TRUE(woman.reference);
  EXPECT_EQ(woman.reference->low, 33);
  EXPECT_EQ(woman.reference->high, 57);
  EXPECT_THAT(woman.reference->source, HasSubstr("2024;17:e016090"));
  EXPECT_THAT(woman.reference->population, HasSubstr("papillary muscles as volume"));
}

TEST(ReferenceRanges, AreNotShownWhenAConditionIsNotMetAndTheReasonIs) {
  EXPECT_THAT(withRange("lv.ef", person(std::nullopt, 50)).noReference, HasSubstr("sex"));
  EXPECT_THAT(withRange("lv.ef", person(Sex::other, 50)).noReference, HasSubstr("women"));
  EXPECT_THAT(withRange("lv.ef", person(Sex::male, std::nullopt)).noReference, HasSubstr("age"));
  EXPECT_THAT(withRange("lv.ef", person(Sex::male, 19.9)).noReference, HasSubstr("20 to 80"));
  EXPECT_THAT(withRange("lv.ef", person(Sex::male, 80.1)).noReference, HasSubstr("20 to 80"));
  EXPECT_THAT(withRange("lv.ef", person(Sex::male, 50), PapillaryConvention::unknown).noReference,
              HasSubstr("papillary"));
  EXPECT_FALSE(withRange("lv.ef", person(Sex::male, 19.9)).reference);
}

TEST(ReferenceRanges, AreSilentWhereNoneIsKnownOrNothingWasMeasured) {
  EXPECT_FALSE(withRange("lv.per", person(Sex::male, 50)).reference);
  EXPECT_EQ(withRange("lv.per", person(std::nullopt, 50)).noReference, "");
  std::vector<Measurement> all(1);
  all[0].id = "lv.edv";
  addReferenceRanges(all, person(Sex::male, 50), PapillaryConvention::inCavity);
  EXPECT_FALSE(all[0].reference);
  EXPECT_EQ(all[0].noReference, "");
}

// Law: every range is one.
TEST(ReferenceRanges, EndAboveWhereTheyBegin) {
  for (const Sex sex : {Sex::female, Sex::male}) {
    for (const char* id : {"lv.edv", "lv.esv", "lv.sv", "lv.ef", "lv.edvi", "lv.massi", "rv.edv",
                           "rv.esv", "rv.sv", "rv.ef", "rv.edvi", "rv.esvi"}) {
      const Measurement m = withRange(id, person(sex, 40));
      ASSERT_TRUE(m.reference) << id;
      EXPECT_LT(m.reference->low, m.reference->high) << id;
    }
  }
}

}  // namespace
}  // namespace cmr
