#include "models/fewshot_summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cmr {
namespace {

FewshotResult result(const std::string& arm, int draw, double first, double second,
                     std::size_t size = 2) {
  FewshotResult r;
  r.arm = arm;
  r.size = size;
  r.draw = draw;
  r.lvDice = {{"t1", first}, {"t2", second}};
  r.ejectionErrorPoints = {{"t1", -3}};
  return r;
}

TEST(FewshotSummary, AveragesOverPatientsThenOverDraws) {
  const std::vector<FewshotRow> rows =
      fewshotRows({"a"}, {2}, {result("a", 1, 0.8, 0.6), result("a", 2, 0.9, 0.9)});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].draws, 2);
  EXPECT_NEAR(rows[0].lvDice.mean, 0.8, 1e-12);
  EXPECT_NEAR(rows[0].lvDice.low, 0.7, 1e-12);
  EXPECT_NEAR(rows[0].lvDice.high, 0.9, 1e-12);
  EXPECT_TRUE(std::isnan(rows[0].myocardiumDice.mean));
  EXPECT_DOUBLE_EQ(rows[0].ejectionErrorPoints.mean, 3);  // absolute
  EXPECT_EQ(rows[0].withoutEjection, 2);
  EXPECT_EQ(rows[0].lvDiceToFirst.patients, 0U);  // it is the first itself
}

TEST(FewshotSummary, TakesDifferencesOfTheDrawsThatBothArmsHaveAndOfNoOthers) {
  const std::vector<FewshotRow> rows =
      fewshotRows({"a", "b"}, {2},
                  {result("a", 1, 0.5, 0.6), result("a", 2, 0.7, 0.6), result("a", 3, 0, 0),
                   result("b", 1, 0.6, 0.8), result("b", 2, 0.8, 0.8)});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].arm, "b");
  EXPECT_EQ(rows[1].lvDiceToFirst.patients, 2U);
  EXPECT_NEAR(rows[1].lvDiceToFirst.mean, 0.15, 1e-12);  // 0.1 and 0.2
  EXPECT_NEAR(rows[1].lvDiceToFirst.low, 0.1, 1e-12);
  EXPECT_NEAR(rows[1].lvDiceToFirst.high, 0.2, 1e-12);
}

TEST(FewshotSummary, KeepsSizesApartAndLeavesOutWhatIsNotFinished) {
  const std::vector<FewshotRow> rows =
      fewshotRows({"a", "b"}, {1, 2}, {result("b", 1, 0.6, 0.8), result("a", 1, 0.5, 0.5, 1)});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].size, 1U);
  EXPECT_EQ(rows[0].arm, "a");
  EXPECT_EQ(rows[1].size, 2U);
  EXPECT_EQ(rows[1].arm, "b");
  EXPECT_EQ(rows[1].lvDiceToFirst.patients, 0U);  // the first has no such draw
}

}  // namespace
}  // namespace cmr
