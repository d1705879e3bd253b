// Beats and phases of a stack.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/phase_order.h"

namespace cmr {

// RR interval: median of NominalInterval, else from HeartRate, else from the trigger times, which
// is noted. Beside it what each slice says by itself (ImageStack::beats), which analysis/rhythm.h
// compares. Slices must be sorted by phase.
void fillTiming(ImageStack& stack, const std::vector<SliceFrames>& slices,
                std::vector<std::string>& notes);

}  // namespace cmr
