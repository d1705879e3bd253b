// The numbers of the result page and what is to be said about them.
#pragma once

#include "dicom_sr/page_canvas.h"

namespace cmr {

// Measurements that the package releases, by ventricle, with a mark of quality and the reason where
// there is one. Returns the height that was used.
double drawTable(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

// Flags, the gravest first. Returns the height that was used.
double drawFlags(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis);

}  // namespace cmr
