// Which end of a short-axis stack is the base of the heart.
#pragma once

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

// True when slice 0 is the one nearest to the base. Three witnesses are weighed: the cavity of the
// left ventricle is larger towards the base, the right ventricle lies beside the basal part and
// ends before the apex, and in the patient the apex lies to the left, in front and below (LPS
// +x, -y, -z; it decides alone where nothing was labelled).
bool baseIsFirst(const ImageStack& stack, const LabelStack& labels);

}  // namespace cmr
