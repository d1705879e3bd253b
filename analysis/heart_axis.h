// The line along which the left ventricle runs through the slices, from noisy sightings.
#pragma once

#include <vector>

namespace cmr {

struct CentreObservation {
  int slice = 0;
  double column = 0;  // pixels
  double row = 0;
  double weight = 0;
};

// column(slice) and row(slice), clamped to the slices that were seen.
struct HeartAxis {
  double columnAtZero = 0;
  double columnPerSlice = 0;
  double rowAtZero = 0;
  double rowPerSlice = 0;
  double firstSlice = 0;
  double lastSlice = 0;

  double column(double slice) const;
  double row(double slice) const;
};

// Weighted least squares, then once more without the sightings that lie far off the first line.
// With fewer than three slices seen the axis is parallel to the normal; with none it is the middle.
HeartAxis fitHeartAxis(const std::vector<CentreObservation>& seen, int rows, int columns);

}  // namespace cmr
