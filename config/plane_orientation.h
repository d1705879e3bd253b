// How a plane lies in the body, from ImageOrientationPatient.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cmr {

// The three planes of the body and what is none of them.
enum class BodyPlane { transverse, coronal, sagittal, oblique };

constexpr double usualPlaneTolerance = 20;  // degrees, where a rule does not say

const std::vector<std::string>& bodyPlaneNames();  // in the order of the enumeration

// The plane whose normal is nearest to the image's, when they enclose at most `withinDegrees`
// (0 to 54; no direction is farther than 54.7 degrees from the nearest axis), oblique otherwise.
struct PlaneOrientation {
  bool known = false;  // false: the value is no orientation
  BodyPlane nearest = BodyPlane::transverse;
  double degrees = 0;  // between the normals, [0, 54.8]

  BodyPlane plane(double withinDegrees) const {
    return degrees <= withinDegrees ? nearest : BodyPlane::oblique;
  }
};

// Six direction cosines parted by backslashes (PS3.3 C.7.6.2.1.1: row, then column, in LPS).
PlaneOrientation orientationOf(std::string_view ImageOrientationPatient);

std::string describe(const PlaneOrientation& orientation);  // "12 degrees from transverse"

}  // namespace cmr
