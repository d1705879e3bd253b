// Whether the measured heart is one that could be: checks over the finished labels and curves.
#pragma once

#include <vector>

#include "analysis/finding.h"
#include "analysis/sax_measurements.h"

namespace cmr {

// The limits are wide: what lies outside is doubted, not corrected.
struct SaxLimits {
  int fewestPhases = 10;    // with fewer, end systole falls between two phases
  double lowestEf = 5;      // percent
  double highestEf = 90;    // percent
  double lowestEdvMl = 30;  // below: a child, an animal or a part of a heart
  double highestEdvMl = 600;
  // Myocardium is incompressible: its volume at ES may differ from that at ED by this share.
  double myocardiumChange = 0.25;
  // Both ventricles eject the same but for shunts and regurgitation.
  double strokeVolumeDifference = 0.30;
  double strokeVolumeDifferenceMl = 15;
  // Cavity in the outermost image at ED larger than this share of the largest: not covered.
  double cutApex = 0.30;
  double cutBase = 0.50;
  double irregularDistance = 0.25;  // a slice distance that differs by more from the usual one
};

std::vector<Finding> checkSax(const MeasuredSeries& series, const SaxLimits& limits = {});

}  // namespace cmr
