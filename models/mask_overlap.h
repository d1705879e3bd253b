// How well two masks of the same frame agree, in two dimensions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cmr {

// One structure in one frame, row by row; anything but 0 is inside.
struct Mask {
  int rows = 0;
  int columns = 0;
  std::vector<std::uint8_t> pixels;

  std::size_t area() const;  // pixels inside
};

// 2 |A and B| / (|A| + |B|) (Dice, Ecology 1945). Nothing when both are empty: that agreement says
// nothing about outlines and would only lift a mean.
std::optional<double> diceOf(const Mask& a, const Mask& b);

// 95th percentile Hausdorff distance in mm: the larger of the two directed 95th percentiles of the
// distances from each border pixel of one mask to the nearest border pixel of the other
// (Huttenlocher et al., PAMI 1993). A border pixel has a 4-neighbour outside of its mask.
// Percentiles interpolate between neighbouring values. Nothing when either mask is empty.
std::optional<double> hausdorff95Mm(const Mask& a, const Mask& b, double spacingMm);

}  // namespace cmr
