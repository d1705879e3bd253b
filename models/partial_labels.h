// From an expert's outlines to what a frame may teach: partial labels.
#pragma once

#include <cstdint>
#include <vector>

#include "models/training_frame.h"

namespace cmr {

// endo and epi: 0 or not per pixel, epi filled; epi null where it was not drawn. Inside the
// endocardium only cavity is allowed. Without an epicardium anything else may be anywhere outside
// (the myocardium is there, undrawn). With one, the ring is myocardium, and what lies beyond is
// background or right ventricle, which nobody drew. Sets allowed and known; sizes must agree.
void labelByMasks(TrainingFrame& frame, const std::vector<std::uint8_t>& endo,
                  const std::vector<std::uint8_t>* epi);

}  // namespace cmr
