#include "analysis/image_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cmr {
namespace {

PlaneGeometry obliquePlane() {
  const double c = 0.8;
  const double s = 0.6;
  return {{10, -20, 30}, {c, s, 0}, {0, 0, -1}, 1.5, 1.25};
}

TEST(ImageStack, PixelsSurviveTheRoundTripThroughPatientSpace) {
  const PlaneGeometry plane = obliquePlane();
  for (double column = -3; column < 300; column += 41.3) {
    for (double row = -2; row < 300; row += 37.7) {
      const PixelPosition back = patientToPixel(plane, pixelToPatient(plane, column, row));
      EXPECT_NEAR(back.column, column, 1e-9);
      EXPECT_NEAR(back.row, row, 1e-9);
      EXPECT_NEAR(back.offPlaneMm, 0, 1e-9);
    }
  }
}

TEST(ImageStack, SliceDistancesComeFromPositionsAlongTheNormal) {
  ImageStack stack;
  PlaneGeometry plane = obliquePlane();
  stack.planes = {plane, plane, plane};
  stack.planes[1].originMm = plane.originMm + planeNormal(plane) * 8.0 + plane.rowDirection * 5.0;
  stack.planes[2].originMm = plane.originMm + planeNormal(plane) * 18.0;
  EXPECT_THAT(sliceDistancesMm(stack),
              testing::ElementsAre(testing::DoubleNear(8, 1e-9), testing::DoubleNear(10, 1e-9)));
}

}  // namespace
}  // namespace cmr
