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
// of a still series) is left out.
std::vector<ProducedObject> writeObjects(const SeriesStack& source, const SaxAnalysis& analysis,
                                         const OutputContext& context,
                                         const std::vector<std::string>& outputs);

}  // namespace cmr
