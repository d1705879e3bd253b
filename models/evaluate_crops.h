// A network against frames whose outlines are known, with the place of the heart given: what its
// outlines are worth when the search for the heart is left out.
#pragma once

#include <vector>

#include "analysis/network.h"
#include "models/evaluate_frames.h"

namespace cmr {

// Each frame is cut out about the cavity of its reference (about its middle where it has none), as
// for validation; the labels are brought back onto the frame's own grid and scored there. In the
// order of the frames; leaves the network in eval mode. size: of the crop, pixels. window: by which
// crops are normalised, as in training.
std::vector<FrameScore> evaluateCrops(Network& network, const std::vector<TrainingFrame>& frames,
                                      int size, double spacingMm, ComputePrecision precision,
                                      const IntensityWindow& window = {});

}  // namespace cmr
