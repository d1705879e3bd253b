// Which attribute orders the phases of a stack.
#pragma once

#include <optional>
#include <vector>

#include "dicom_sr/frame_facts.h"

namespace cmr {

// Frames of one slice, in any order.
using SliceFrames = std::vector<const FrameFacts*>;

// The first key that tells all phases of every slice apart; numbers that count phases must count
// the same phases in every slice, times may differ from slice to slice (each has its own beats).
std::optional<PhaseKey> findPhaseKey(const std::vector<SliceFrames>& slices);

void sortByPhase(SliceFrames& slice, PhaseKey key);

}  // namespace cmr
