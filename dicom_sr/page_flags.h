// What a reader should check, on the result page.
#pragma once

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Flags, the gravest first. Returns the height that was used.
double drawFlags(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

}  // namespace cmr
