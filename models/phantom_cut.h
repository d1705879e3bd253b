// A slab of the phantom on a pixel grid: which tissue lies in the middle of each pixel, and which
// ones its volume holds.
#pragma once

#include <cstdint>
#include <vector>

#include "models/phantom_views.h"

namespace cmr {

struct PhantomCut {
  // Points of each pixel's volume, spread over the slice's thickness and the pixel's area.
  static constexpr int samplesPerPixel = 6;
  int rows = 0;
  int columns = 0;
  std::vector<std::uint8_t> labels;   // PhantomTissue at the pixel's middle, in the slice's middle
  std::vector<std::uint8_t> samples;  // [pixel][samplesPerPixel]
};

// Pixels about which nothing changes are sampled once, the others at all their points.
PhantomCut cutPhantom(const BodyPose& pose, const ViewPlane& view, int rows, int columns);

}  // namespace cmr
