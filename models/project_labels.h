// Labels of one stack seen in the planes of another of the same patient: the real judge of what has
// no outlines of its own. The two acquisitions do not see the same breath, so the agreement of even
// two perfect segmentations stays below 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

inline constexpr std::uint8_t unknownLabel = 255;  // no labelled slice covers this pixel

// For every pixel of the plane the label of the slice that it lies in: the nearest one, when it is
// no farther than half the distance between the labelled slices; else, and outside of that slice's
// image, unknownLabel. `isLabelled` by slice of the stack.
std::vector<std::uint8_t> projectLabels(const ImageStack& from, const LabelStack& labels, int phase,
                                        const std::vector<bool>& isLabelled,
                                        const PlaneGeometry& plane, int rows, int columns);

// Overlap over many frames taken together, in the known pixels alone.
struct ProjectedOverlap {
  std::size_t both = 0;
  std::size_t reference = 0;
  std::size_t found = 0;
  double dice() const;  // NaN when both are empty

  // isInside tells which labels belong to the structure.
  template <typename IsInside>
  void add(const std::vector<std::uint8_t>& projected, const std::uint8_t* own,
           const IsInside& isInside) {
    for (std::size_t i = 0; i < projected.size(); ++i) {
      if (projected[i] == unknownLabel) continue;
      const bool there = isInside(projected[i]);
      const bool here = isInside(own[i]);
      both += there && here ? 1U : 0U;
      reference += there ? 1U : 0U;
      found += here ? 1U : 0U;
    }
  }
};

}  // namespace cmr
