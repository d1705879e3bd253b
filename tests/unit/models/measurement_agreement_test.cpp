#include "models/measurement_agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cmr {
namespace {

using testing::HasSubstr;

ComparedNumber number(const std::string& id, double truth, std::optional<double> measured) {
  return {id, "LV " + id, "mL", truth, measured};
}

// Differences 2, 4 and 6: mean 4, SD 2.
const std::vector<ComparedNumber> numbers{number("a", 100, 102), number("b", 10, std::nullopt),
                                          number("a", 150, 154), number("a", 120, 126),
                                          number("a", 90, std::nullopt)};

TEST(MeasurementAgreement, GivesBiasAndLimitsOfWhatWasMeasured) {
  const std::vector<Agreement> all = agreementOf(numbers);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "a");
  EXPECT_EQ(all[0].count, 3U);
  EXPECT_EQ(all[0].withheld, 1U);
  EXPECT_DOUBLE_EQ(all[0].bias, 4);
  EXPECT_DOUBLE_EQ(all[0].standardDeviation, 2);
  EXPECT_DOUBLE_EQ(all[0].lowerLimit, 4 - 3.92);
  EXPECT_DOUBLE_EQ(all[0].upperLimit, 4 + 3.92);
  EXPECT_DOUBLE_EQ(all[0].lowestTruth, 100);
  EXPECT_DOUBLE_EQ(all[0].highestTruth, 150);
}

TEST(MeasurementAgreement, SaysHowOftenANumberWasWithheldAndGivesItNoBias) {
  const std::vector<Agreement> all = agreementOf(numbers);
  EXPECT_EQ(all[1].count, 0U);
  EXPECT_EQ(all[1].withheld, 1U);
  EXPECT_TRUE(agreementJson(all)[1]["bias"].is_null());
  EXPECT_THAT(agreementTable(all), HasSubstr("| LV b | mL | 0 | 1 | | | |"));
  EXPECT_THAT(agreementTable(all),
              HasSubstr("| LV a | mL | 3 | 1 | 100 to 150 | +4.0 | +0.1 to +7.9 |"));
}

// Limits of no width would say that the next heart will differ by exactly as much.
TEST(MeasurementAgreement, OfASingleHeartHasABiasAndNoLimits) {
  const std::vector<Agreement> all = agreementOf({number("a", 100, 102)});
  const nlohmann::json one = agreementJson(all)[0];
  EXPECT_EQ(one["bias"], 2.0);
  EXPECT_TRUE(one["sd"].is_null());
  EXPECT_TRUE(one["limits"].is_null());
  EXPECT_THAT(agreementTable(all), HasSubstr("| LV a | mL | 1 | 0 | 100 to 100 | +2.0 | |"));
}

}  // namespace
}  // namespace cmr
