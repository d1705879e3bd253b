// From an analysis to the DICOM objects that are wanted of it.
#pragma once

#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr {

// In the order of storing: the report last, so that whoever sees it finds the rest already there.
// outputs: as rules name them, empty for the default; an output that the series cannot have (a cine
// of a still series) is left out. inversionImages: those that the map was fitted to, when it was
// fitted here; then it is an object, too, where the images have a frame of reference.
std::vector<ProducedObject> writeObjects(const SeriesStack& source, const SaxAnalysis& analysis,
                                         const OutputContext& context,
                                         const std::vector<std::string>& outputs,
                                         const SeriesStack* inversionImages = nullptr);

}  // namespace cmr
