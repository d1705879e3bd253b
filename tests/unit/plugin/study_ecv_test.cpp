#include "plugin/study_ecv.h"

#include <gmock/gmock.h>

namespace cmr {
namespace {

using ::testing::HasSubstr;

StudyReport::Best map(const char* what, const std::string& prefix, const char* label, double muscle,
                      double blood) {
  StudyReport::Best best;
  best.what = what;
  best.name = what;
  best.numbers = {{prefix + ".global", label, "ms", "good", "", muscle},
                  {prefix + ".blood", "blood", "ms", "good", "", blood},
                  {prefix + ".segment.1", "segment", "ms", "uncertain", "few pixels", muscle}};
  return best;
}

std::vector<StudyReport::Best> maps(const char* label = "Native T1, LV muscle") {
  return {map("T1 map", "t1", label, 1000, 1600),
          map("T1 map after contrast", "t1post", "T1 after contrast, LV muscle", 450, 300)};
}

TEST(StudyEcv, IsOfTheChangesOfMuscleAndBlood) {
  const auto ecv = extracellularVolume(maps(), 0.4);
  ASSERT_TRUE(ecv);
  // (1 - 0.4) (1/450 - 1/1000) / (1/300 - 1/1600)
  EXPECT_NEAR(ecv->numbers.at(0).value.value(), 27.08, 0.01);
  EXPECT_EQ(ecv->numbers[0].quality, "good");
  EXPECT_EQ(ecv->numbers[1].quality, "uncertain");
  EXPECT_FALSE(ecv->numbers[2].value);  // a segment that neither map shows
  EXPECT_THAT(ecv->numbers[2].reason, HasSubstr("not measured in both"));
}

TEST(StudyEcv, SaysThatNoHaematocritIsKnown) {
  const auto ecv = extracellularVolume(maps(), std::nullopt);
  ASSERT_TRUE(ecv);
  ASSERT_EQ(ecv->numbers.size(), 1U);
  EXPECT_FALSE(ecv->numbers[0].value);
  EXPECT_THAT(ecv->numbers[0].reason, HasSubstr("haematocrit"));
}

TEST(StudyEcv, IsNothingOfOneMapOrOfOneThatIsNotKnownToBeNative) {
  EXPECT_FALSE(extracellularVolume({maps().front()}, 0.4));
  EXPECT_FALSE(extracellularVolume(maps("T1, LV muscle"), 0.4));
}

TEST(StudyEcv, IsNoNumberWhereNothingWasTakenUp) {
  std::vector<StudyReport::Best> both = maps();
  both[1].numbers[0].value = 1100;
  const auto ecv = extracellularVolume(both, 0.4);
  EXPECT_FALSE(ecv.value().numbers.at(0).value);
}

}  // namespace
}  // namespace cmr
