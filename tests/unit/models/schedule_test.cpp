#include "models/schedule.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

TEST(Schedule, WarmsUpInAStraightLineAndEndsAtTheFinalShare) {
  EXPECT_DOUBLE_EQ(warmupCosine(1.0, 0.1, 0, 4, 104), 0.25);
  EXPECT_DOUBLE_EQ(warmupCosine(1.0, 0.1, 3, 4, 104), 1.0);
  EXPECT_DOUBLE_EQ(warmupCosine(1.0, 0.1, 4, 4, 104), 1.0);
  EXPECT_NEAR(warmupCosine(1.0, 0.1, 54, 4, 104), 0.55, 1e-12);
  EXPECT_NEAR(warmupCosine(1.0, 0.1, 104, 4, 104), 0.1, 1e-12);
  EXPECT_NEAR(warmupCosine(1.0, 0.1, 500, 4, 104), 0.1, 1e-12);
  EXPECT_DOUBLE_EQ(warmupCosine(2.0, 0.1, 0, 0, 10), 2.0);
}

TEST(Schedule, MovesBetweenTwoValuesAndStaysAtTheSecond) {
  EXPECT_DOUBLE_EQ(cosineBetween(0.996, 1, 0, 100), 0.996);
  EXPECT_NEAR(cosineBetween(0.996, 1, 50, 100), 0.998, 1e-12);
  EXPECT_DOUBLE_EQ(cosineBetween(0.996, 1, 200, 100), 1.0);
  EXPECT_DOUBLE_EQ(lineBetween(0.04, 0.07, 0, 30), 0.04);
  EXPECT_NEAR(lineBetween(0.04, 0.07, 10, 30), 0.05, 1e-12);
  EXPECT_DOUBLE_EQ(lineBetween(0.04, 0.07, 31, 30), 0.07);
  EXPECT_DOUBLE_EQ(lineBetween(0.04, 0.07, 1, 0), 0.07);
}

}  // namespace
}  // namespace cmr
