// The second result page: values by AHA segment as bullseyes, and for a cine how fast the
// ventricle empties and fills, how its wall is shortened and how thick it is.
#pragma once

#include "dicom_sr/writers.h"

namespace cmr {

// Whether there is more to show than the first page has.
bool hasWallPage(const SeriesStack& source, const SaxAnalysis& analysis);

RgbImage drawWallPage(const SeriesStack& source, const SaxAnalysis& analysis,
                      const OutputContext& context);

// Secondary capture in a series of its own.
ProducedObject writeWallPage(const SeriesStack& source, RgbImage page,
                             const OutputContext& context);

}  // namespace cmr
