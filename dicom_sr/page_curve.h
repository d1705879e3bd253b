// Volumes over the cardiac cycle, with the key phases marked.
#pragma once

#include <vector>

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Round numbers from 0 to the first one that is not below the largest value, three to seven of
// them. {0, 1} when there is nothing to show.
std::vector<double> axisTicks(double largest);

// Returns the height that was used.
double drawCurve(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

}  // namespace cmr
