// Grey values of a presentation state. A viewer that applies one leaves aside what the images say
// of their own display (PS3.4 N.2): what it does not repeat is lost on the screen.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/source.h"

class DcmItem;

namespace cmr {

// Modality LUT (PS3.3 C.11.1) and Softcopy VOI LUT (C.11.8) as the images have them: one window for
// all, or an item for each window with the images that it is of. A state holds one rescale: where
// the images differ in theirs, it has none and the windows are given in stored values, which shows
// the same. A window that is no window (no numbers, a width below 1) is left out. Returns a note on
// each thing that could not be repeated.
std::vector<std::string> putGreyValues(DcmItem& state, const std::vector<SourceFrame>& images);

}  // namespace cmr
