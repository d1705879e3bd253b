// Where the right ventricle meets the left one in short-axis outlines: what AHA segments are
// counted from when nobody marked the insertions.
#pragma once

#include <optional>
#include <vector>

#include "analysis/aha_segments.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

// Per slice, the two ends of the arc along which the outlined right ventricle lies within 5 mm of
// the left one's epicardium. Anterior is the end that lies in front and above in the patient (LPS
// -y, +z), decided for the whole stack. A slice whose wall is a closed ring and whose own arc is
// missing, narrower than 40 or wider than 200 degrees, or more than 35 degrees off that of the
// stack takes the directions of the nearest slice that has some. Nothing without a ring, and
// nothing at all where no slice has an arc or both ends lie at the same height in the patient.
// `cmr phantom agreement` says how far the ends lie from the insertions of drawn hearts.
std::vector<std::optional<SeptumDirections>> septumFromLabels(const ImageStack& stack,
                                                              const LabelStack& labels, int phase);

}  // namespace cmr
