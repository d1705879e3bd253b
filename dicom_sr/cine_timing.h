// How fast a cine of ours is played: as the heart beat.
#pragma once

#include <vector>

#include "analysis/image_stack.h"

namespace cmr {

struct CineTiming {
  double frameTimeMs = 0;       // usual time from one frame to the next
  std::vector<double> stepsMs;  // since the frame before, 0 for the first; empty when all are alike
  bool isKnown = false;         // from the images; else a pace at which the eye can follow
};

// From the trigger times of the first slice; without them from the length of the cycle, whose
// phases are then taken to be evenly spaced. Steps that differ by at most a tenth are alike: their
// mean is the frame time. Rounded to microseconds.
CineTiming cineTiming(const ImageStack& stack);

}  // namespace cmr
