// AHA segments as coded sites: PS3.16 CID 3717 "Myocardial Wall Segments".
#pragma once

#include "analysis/measurement.h"

namespace cmr {

// Segment 1 to 16. Throws InputError for another number.
const Code& ahaCode(int segment);

}  // namespace cmr
