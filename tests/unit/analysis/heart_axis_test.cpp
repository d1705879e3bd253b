#include "analysis/heart_axis.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

TEST(HeartAxis, FollowsATiltedVentricleThroughTheSlices) {
  std::vector<CentreObservation> seen;
  for (int s = 2; s < 10; ++s) {
    seen.push_back({s, 100.0 + 3 * s, 140.0 - 2 * s, 1.0});
  }
  const HeartAxis axis = fitHeartAxis(seen, 256, 256);
  EXPECT_NEAR(axis.column(5), 115, 1e-9);
  EXPECT_NEAR(axis.row(5), 130, 1e-9);
  EXPECT_NEAR(axis.column(0), axis.column(2), 1e-9) << "not extrapolated beyond what was seen";
}

TEST(HeartAxis, IsNotDraggedAwayByASightingFarOff) {
  std::vector<CentreObservation> seen;
  for (int s = 0; s < 10; ++s) {
    seen.push_back({s, 100, 100, 1.0});
  }
  seen.push_back({4, 220, 30, 1.0});
  const HeartAxis axis = fitHeartAxis(seen, 256, 256);
  EXPECT_NEAR(axis.column(4), 100, 1e-6);
  EXPECT_NEAR(axis.row(9), 100, 1e-6);
}

TEST(HeartAxis, IsTheMiddleWhenNothingWasSeen) {
  const HeartAxis axis = fitHeartAxis({{3, 10, 10, 0.0}}, 200, 100);
  EXPECT_NEAR(axis.column(0), 49.5, 1e-9);
  EXPECT_NEAR(axis.row(7), 99.5, 1e-9);
}

TEST(HeartAxis, StaysParallelToTheNormalWithFewSlices) {
  const HeartAxis axis = fitHeartAxis({{0, 100, 80, 1}, {1, 110, 90, 1}}, 256, 256);
  EXPECT_NEAR(axis.column(0), 105, 1e-9);
  EXPECT_NEAR(axis.column(1), 105, 1e-9);
}

}  // namespace
}  // namespace cmr
