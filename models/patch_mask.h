// Which patches of a view are hidden from the student, in blocks (Bao et al., ICLR 2022; shares as
// in Oquab et al., TMLR 2024): neighbours of a hidden patch give it away, so blocks are hidden.
#pragma once

#include <cstdint>
#include <vector>

namespace cmr {

struct PatchMaskOptions {
  int gridSide = 0;          // patches along a side of the view
  double probability = 0.5;  // of a view to be masked at all
  double leastShare = 0.1;   // of the patches of a masked view
  double mostShare = 0.5;
};

// gridSide^2 values, row by row, 1: masked. All 0 for a view that stays whole.
std::vector<std::uint8_t> drawPatchMask(const PatchMaskOptions& options, std::uint64_t seed);

}  // namespace cmr
