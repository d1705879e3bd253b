// The numbers of late enhancement and maps on the result page.
#pragma once

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Numbers of the whole muscle, then those of the AHA segments, base, middle and apex side by side;
// below, in words, what is uncertain or not measured and why, and how it was measured. Returns the
// height that was used.
double drawStillTable(PageCanvas& canvas, double left, double top, double width,
                      const SaxAnalysis& analysis);

}  // namespace cmr
