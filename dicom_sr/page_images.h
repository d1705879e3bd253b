// The upper part of the result page: contours on the images at both key phases.
#pragma once

#include "dicom_sr/page_canvas.h"
#include "dicom_sr/source.h"

namespace cmr {

// The slices shown, from base to apex: those that hold the left ventricle at ED or ES, at most
// this many, evenly chosen, the key slice always among them. Without any: from the whole stack.
std::vector<int> shownSlices(const ImageStack& stack, const SaxAnalysis& analysis,
                             std::size_t atMost);

// Returns the height that was used.
double drawImages(PageCanvas& canvas, double top, const SeriesStack& source,
                  const SaxAnalysis& analysis);

}  // namespace cmr
