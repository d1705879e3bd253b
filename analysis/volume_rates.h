// How fast a ventricle empties and fills, from its volumes over the cycle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/key_phases.h"

namespace cmr {

struct VolumeRates {
  // Per phase, mL/s, positive while the ventricle fills. Nothing where a neighbour is missing.
  std::vector<std::optional<double>> mlPerS;
  std::optional<double> peakEjectionMlPerS;  // largest fall from ED to ES, positive
  std::optional<double> peakFillingMlPerS;   // largest rise from ES to ED
  double stepMs = 0;                         // usual distance between phases (median)
  bool isClosed = false;  // the last phase is followed by the first within the cycle
  std::string reason;     // why there are none; empty when there are
};

// Rate at a phase: central difference, the change of volume from the phase before to the one after
// over the time between them. For a change that is a half sine of length T it gives
// sin(x) / x of the true peak, x = pi * step / T: 0.97 for T = 300 ms and steps of 44 ms, 0.86 for
// T = 150 ms, so short peaks come out too low.
// timesMs holds one time per phase. The cycle closes when its length is known and leaves at most
// twice the usual step between the last phase and the first of the next beat; else the outermost
// phases have no rate. Where it leaves less than half a step, down to a tenth of the cycle less
// than nothing, the times are those of other beats than the stated interval (retrospective gating
// stretches every beat to the mean one): the usual step is taken.
VolumeRates volumeRates(const std::vector<double>& volumesMl, const std::vector<double>& timesMs,
                        std::optional<double> cycleMs, KeyPhases phases);

}  // namespace cmr
