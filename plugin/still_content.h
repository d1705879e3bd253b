// What a still series holds, as far as its header says: magnitude or phase-sensitive late
// enhancement, a T1 map before or after contrast agent, a T2 map.
#pragma once

#include <string>

#include "analysis/still_measurements.h"
#include "dicom_sr/source.h"

namespace cmr {

// sequence: "lge", "t1_map", "t2_map" (StillChoice). Late enhancement: by the image type (R, REAL
// and CR are signed, M and MAGNITUDE are not), then the description, then the pixels: negative ones
// are signed, and a dark background is that of magnitude images, as GE stores them without a word.
// T1: by "native", "pre" or "post" in the description, then by ContrastBolusAgent; an absent agent
// alone says nothing.
StillContent stillContent(const SeriesStack& source, const std::string& sequence);

}  // namespace cmr
