// Marks of quality. Shapes rather than colours, so that they survive grey printing.
#pragma once

#include "dicom_sr/page_canvas.h"

namespace cmr {

inline constexpr double markWidth = 34;  // with the space to what follows

// A tick, a triangle with an exclamation mark, a ring with a bar.
void drawMark(PageCanvas& canvas, double x, double baseline, Quality quality);

}  // namespace cmr
