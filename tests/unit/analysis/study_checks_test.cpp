#include "analysis/study_checks.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace cmr {
namespace {

using ::testing::HasSubstr;

StudySeriesNumbers shortAxis(const std::string& name, double ef, double edv) {
  StudySeriesNumbers numbers;
  numbers.name = name;
  numbers.isShortAxis = true;
  numbers.lvEfPercent = ef;
  numbers.lvEdvMl = edv;
  return numbers;
}

TEST(StudyChecks, OneSeriesHasNothingToBeComparedWith) {
  EXPECT_TRUE(crossCheckStudy({shortAxis("a", 60, 150)}).empty());
  EXPECT_TRUE(crossCheckStudy({}).empty());
}

TEST(StudyChecks, TwoStacksThatAgreeAreSaidToAgree) {
  const auto checks = crossCheckStudy({shortAxis("a", 60, 150), shortAxis("b", 58, 155)});
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_TRUE(checks[0].agrees);
  EXPECT_TRUE(checks[1].agrees);
  EXPECT_EQ(checks[0].text, "LV ejection fraction: 60 % in a, 58 % in b.");
}

TEST(StudyChecks, StacksThatDifferNameBothNumbersAndBothSeries) {
  const auto checks = crossCheckStudy({shortAxis("a", 60, 150), shortAxis("b", 45, 200)});
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_FALSE(checks[0].agrees);
  EXPECT_FALSE(checks[1].agrees);
  EXPECT_THAT(checks[1].text, HasSubstr("150 mL in a, 200 mL in b"));
}

TEST(StudyChecks, ShortAndLongAxesAreComparedByEjectionFractionAlone) {
  StudySeriesNumbers lax = shortAxis("4CH", 40, 220);
  lax.isShortAxis = false;
  lax.isLongAxis = true;
  const auto checks = crossCheckStudy({shortAxis("a", 60, 150), lax});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].id, "ef-sax-lax");
  EXPECT_FALSE(checks[0].agrees);
}

TEST(StudyChecks, OrderOfTheSeriesDoesNotChangeTheVerdicts) {
  const std::vector<StudySeriesNumbers> series{shortAxis("a", 60, 150), shortAxis("b", 49, 171)};
  const auto there = crossCheckStudy(series);
  const auto back = crossCheckStudy({series[1], series[0]});
  ASSERT_EQ(there.size(), back.size());
  for (std::size_t i = 0; i < there.size(); ++i) EXPECT_EQ(there[i].agrees, back[i].agrees);
}

TEST(StudyChecks, AHeartRateThatChangedIsSaid) {
  StudySeriesNumbers a, b;
  a.heartRateBpm = 60;
  b.heartRateBpm = 90;
  const auto checks = crossCheckStudy({a, b});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_FALSE(checks[0].agrees);
  EXPECT_THAT(checks[0].text, HasSubstr("changed between them"));
}

TEST(StudyChecks, AHeartRateThatStayedIsOneSentenceHoweverManySeries) {
  std::vector<StudySeriesNumbers> series(4);
  for (StudySeriesNumbers& one : series) one.heartRateBpm = 62;
  series[1].heartRateBpm = 66;
  series[2].heartRateBpm.reset();
  const auto checks = crossCheckStudy(series);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_TRUE(checks[0].agrees);
  EXPECT_EQ(checks[0].text, "Heart rate: 62 to 66 /min in all 3 series that tell it.");
  series[2].heartRateBpm = 90;
  EXPECT_EQ(crossCheckStudy(series).size(), 3U);  // the pairs with the one that differs
  series.resize(1);
  EXPECT_TRUE(crossCheckStudy(series).empty());
}

TEST(StudyChecks, VentriclesThatEjectDifferentlyAreSaidWithOneSeries) {
  StudySeriesNumbers one;
  one.lvSvMl = 90;
  one.rvSvMl = 60;
  ASSERT_EQ(crossCheckStudy({one}).size(), 1U);
  EXPECT_FALSE(crossCheckStudy({one})[0].agrees);
  one.rvSvMl = 80;
  EXPECT_TRUE(crossCheckStudy({one})[0].agrees);
}

}  // namespace
}  // namespace cmr
