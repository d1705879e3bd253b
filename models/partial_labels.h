// From an expert's outlines to what a frame may teach: partial labels.
#pragma once

#include <cstdint>
#include <vector>

#include "models/training_frame.h"

namespace cmr {

// endo and epi: 0 or not per pixel, epi filled; epi null where it was not drawn. Inside the
// endocardium only cavity is allowed. Without an epicardium anything else may be anywhere outside
// (the myocardium is there, undrawn). With one, the ring is myocardium, and what lies beyond is
// background or right ventricle. rv: the right ventricle's cavity, null where nobody drew it; with
// one, it is known everywhere (an empty one says that the frame shows none), and where it overlaps
// the left ventricle, that stays. Sets allowed and known; sizes must agree.
void labelByMasks(TrainingFrame& frame, const std::vector<std::uint8_t>& endo,
                  const std::vector<std::uint8_t>* epi,
                  const std::vector<std::uint8_t>* rv = nullptr);

}  // namespace cmr
