// Where the structures of the two key phases stand in the segmentations that are made of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/produced_object.h"
#include "dicom_sr/source.h"

namespace cmr {

struct SegmentReference {
  std::size_t keySegment = 0;           // index into keySegments()
  int segmentNumber = 0;                // in that segmentation
  std::string SOPInstanceUID;           // of the segmentation
  std::string sourceSeriesInstanceUID;  // of the images that it was made of
};

// Of all that writeSegmentation makes. A structure stands in several of them where every slice is a
// series of its own.
std::vector<SegmentReference> segmentReferences(const SeriesStack& source,
                                                const SaxAnalysis& analysis,
                                                const OutputContext& context);

}  // namespace cmr
