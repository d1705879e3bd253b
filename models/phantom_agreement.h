// Every measurement of drawn hearts against what is true of them, as the analysis ships: from their
// own labels, or from what a package's heads outline.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "models/measurement_agreement.h"

namespace cmr {

// A whole examination of one heart; diseases and vendors take turns with the seed. segmenter:
// nothing for the true labels. A function of seed and segmenter.
//
// Truth: volumes and masses of tissues counted on a 2 mm grid (measurePhantom), the movement of the
// surfaces (measureMotion), relaxation times that the pictures were drawn with, RV insertions as
// the angle between the one found and the one drawn (whose truth is 0).
std::vector<ComparedNumber> compareHeart(std::uint64_t seed, FrameSegmenter* segmenter);

}  // namespace cmr
