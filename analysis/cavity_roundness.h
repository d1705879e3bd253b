// How round the left ventricle's cavity is: a sign of the plane that an image lies in.
#pragma once

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

// The standard deviation of the cavity's pixels along its short axis over that along its long one:
// 1 for a disc, width over length for an ellipse, 0 without a cavity.
double cavityRoundness(const PlaneGeometry& plane, const LabelStack& labels, int slice, int phase);

}  // namespace cmr
