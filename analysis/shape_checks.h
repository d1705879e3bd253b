// Signs that segmentation went wrong as a whole, looked for in the finished labels and curves. None
// of them is corrected: each doubts the numbers.
#pragma once

#include <vector>

#include "analysis/finding.h"
#include "analysis/sax_measurements.h"

namespace cmr {

struct ShapeLimits {
  int fewestSlices = 5;   // that hold the left ventricle at ED; adult hearts have 6 to 14
  double dent = 0.6;      // area of a slice at ED over that of the smaller neighbour
  double bulge = 1.6;     // over that of the larger neighbour
  double offAxisMm = 14;  // of a cavity's centre from the line through all; up to 10 by experts
  // Roundness of the cavity (cavity_roundness.h) at ED, mean over the slices by area. As experts
  // drew it in 25 patients it is 0.77 to 0.93 on short-axis images; as a network outlined it on a
  // pig's long-axis stack, 0.65 (on its short axis 0.86).
  double leastRoundness = 0.70;
  // Mass over EDV in g/mL: about 0.5 to 1.2 in health, 0.35 when dilated, 3 when hypertrophic.
  double leastMassPerVolume = 0.25;
  double mostMassPerVolume = 3.5;
  // The volume falls from ED to ES and rises back: a move against that by this share of the stroke
  // volume, and at least so many mL, is none of a heart.
  double againstBeat = 0.25;
  double againstBeatMl = 5;
};

std::vector<Finding> checkShape(const MeasuredSeries& series, const ShapeLimits& limits = {});

}  // namespace cmr
