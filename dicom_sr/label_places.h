// Where names go whose places are so near to each other that they would be written over each other.
#pragma once

#include <utility>

namespace cmr {

// The places themselves where they are far enough apart, else moved apart about their middle. Who
// comes first in equal places stands on the left.
inline std::pair<double, double> labelPlaces(double first, double second, double leastDistance) {
  const double distance = second - first;
  if (distance >= leastDistance || -distance >= leastDistance) return {first, second};
  const double middle = (first + second) / 2;
  const double half = distance < 0 ? -leastDistance / 2 : leastDistance / 2;
  return {middle - half, middle + half};
}

}  // namespace cmr
