// Peak ejection and filling rate of the left ventricle, and the heart rate.
#pragma once

#include <vector>

#include "analysis/measured_series.h"
#include "analysis/measurement.h"

namespace cmr {

// Above this distance between phases, rates are uncertain: the temporal resolution that SCMR asks
// of a cine (Kramer et al., JCMR 2020;22:17).
inline constexpr double coarsestStepMs = 45;

// lv.per and lv.pfr (PS3.16: DCM 122616 and 122618), mL/s, from the LV volume curve as volumeRates
// says. Without times they are unmeasurable; uncertain when phases lie farther apart than
// coarsestStepMs or do not cover the whole cycle.
std::vector<Measurement> rateMeasurements(const MeasuredSeries& series,
                                          const std::vector<std::size_t>& sourceFrames);

// heart.rate, 1/min.
Measurement heartRateMeasurement(const ImageStack& stack);

}  // namespace cmr
