// The left ventricle's muscle in still images, pixel by pixel: its value, how deep it lies in the
// wall and which AHA segment it belongs to.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analysis/aha_segments.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

struct WallPixel {
  int slice = 0;
  std::size_t pixel = 0;  // index into the frame
  double value = 0;
  double areaMm2 = 0;
  // In the sense of WallProfile, about the cavity's centre; only where the wall is a closed ring.
  std::optional<double> directionRad;
  std::optional<double> depth;  // 0 at the endocardium, 1 at the epicardium, along the ray
  int segment = 0;              // AHA 1 to 16; 0 without insertions, level or ring
};

// All myocardium of one phase. septum: the insertions of each slice, or empty when none are known.
// Throws InputError when labels and images differ in shape.
std::vector<WallPixel> wallPixels(const ImageStack& stack, const LabelStack& labels, int phase,
                                  const std::vector<std::optional<SeptumDirections>>& septum);

// The value below which the given share lies, between the two nearest where it falls between them.
// Throws InputError for no values.
double quantileOf(std::vector<double> values, double share);

}  // namespace cmr
