// Heart rate, cycle length and the times of the phases.
#pragma once

#include <optional>
#include <vector>

#include "analysis/image_stack.h"

namespace cmr {

// Heart rate in 1/min, from the header or the RR interval; nothing when neither is plausible
// (20 to 250).
std::optional<double> plausibleHeartRate(const ImageStack& stack);

// Length of the cycle in ms: the RR interval, else what the heart rate gives; nothing when neither
// is plausible.
std::optional<double> cycleLengthMs(const ImageStack& stack);

// Trigger time in ms of every phase in the first slice; empty when an image carries none.
std::vector<double> phaseTimesMs(const ImageStack& stack);

}  // namespace cmr
