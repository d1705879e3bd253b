// The numbers of the result page and what is to be said about them.
#pragma once

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Measurements that the package releases, by ventricle: mark of quality, value, reference range,
// then the same per square metre of body surface, and the reason where there is one. Below: where
// the ranges come from, or why there are none, and what is not reported. Returns the height that
// was used.
double drawTable(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

}  // namespace cmr
