// A frame of labels between two others, for slices or phases that segmentation missed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/image_stack.h"

namespace cmr {

// Shape-based interpolation (Raya and Udupa, IEEE TMI 1990;9:32): the signed distances of cavity,
// of cavity and myocardium together, and of the right ventricle are mixed, each shape moved to its
// own interpolated centre first. weightOfB in [0, 1]. A shape that only one of the two frames
// holds does not appear. Both frames have the plane's spacing; rows * columns labels each.
std::vector<std::uint8_t> interpolateLabels(const PlaneGeometry& plane, int rows, int columns,
                                            std::span<const std::uint8_t> a,
                                            std::span<const std::uint8_t> b, double weightOfB);

}  // namespace cmr
