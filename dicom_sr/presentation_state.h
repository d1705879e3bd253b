// The contours for viewers that show presentation states and no segmentations.
#pragma once

#include "dicom_sr/writers.h"

namespace cmr {

// Grayscale Softcopy Presentation State (PS3.3 A.33.1): a POLYLINE for each outline at ED and ES,
// on the image that it was drawn on, one layer for each structure. Images are shown with
// the windows and rescales that they carry (presentation_greys.h).
// Throws InputError when there is no outline.
ProducedObject writePresentationState(const SeriesStack& source, const SaxAnalysis& analysis,
                                      const OutputContext& context);

// Whether there is an outline to show.
bool hasOutlines(const SeriesStack& source, const SaxAnalysis& analysis);

}  // namespace cmr
