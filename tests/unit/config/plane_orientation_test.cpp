#include "config/plane_orientation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cmr {
namespace {

TEST(PlaneOrientation, TheThreePlanesOfTheBodyAreTold) {
  EXPECT_EQ(describe(orientationOf("1\\0\\0\\0\\1\\0")), "0 degrees from transverse");
  EXPECT_EQ(describe(orientationOf("1\\0\\0\\0\\0\\-1")), "0 degrees from coronal");
  EXPECT_EQ(describe(orientationOf("0\\1\\0\\0\\0\\-1")), "0 degrees from sagittal");
  EXPECT_EQ(orientationOf(" 1 \\0\\0\\0\\+1\\0 ").plane(0), BodyPlane::transverse);
}

TEST(PlaneOrientation, ATiltedPlaneIsObliqueBeyondTheTolerance) {
  for (int tilt = 0; tilt <= 44; ++tilt) {
    const double angle = tilt * std::numbers::pi / 180;
    const PlaneOrientation found = orientationOf("1\\0\\0\\0\\" + std::to_string(std::cos(angle)) +
                                                 "\\" + std::to_string(std::sin(angle)));
    EXPECT_NEAR(found.degrees, tilt, 0.01);
    EXPECT_EQ(found.plane(20.5), tilt <= 20 ? BodyPlane::transverse : BodyPlane::oblique);
  }
}

TEST(PlaneOrientation, WhatIsNoOrientationIsNotKnown) {
  for (const char* value :
       {"", "1\\0\\0", "1\\0\\0\\0\\1", "1\\0\\0\\0\\1\\0\\0", "a\\0\\0\\0\\1\\0",
        "0\\0\\0\\0\\0\\0", "1\\0\\0\\1\\0\\0", "nan\\0\\0\\0\\1\\0", "inf\\0\\0\\0\\1\\0"}) {
    EXPECT_FALSE(orientationOf(value).known) << value;
  }
}

}  // namespace
}  // namespace cmr
