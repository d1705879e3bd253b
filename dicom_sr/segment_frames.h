// The frames of one segmentation object: which there are, where they lie, which image each was
// made from, and their bits.
#pragma once

#include <string>
#include <vector>

#include "analysis/label_stack.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/source.h"

class DcmDataset;

namespace cmr {

struct SegmentFrame {
  std::size_t keySegment = 0;  // index into the list of key segments
  int segmentNumber = 0;       // from 1, without gaps within the object
  int slice = 0;
  int phase = 0;
};

// One frame per segment and slice whose image lies in the series, present there or not: frames left
// out shift overlays in some viewers, and a segment without frames is forbidden.
std::vector<SegmentFrame> segmentFrames(const SeriesStack& source,
                                        const std::vector<KeySegment>& segments,
                                        const std::string& seriesUid);

// One frame per segment, slice and phase whose image lies in the series.
std::vector<SegmentFrame> wholeCineFrames(const SeriesStack& source,
                                          const std::vector<KeySegment>& segments,
                                          const std::string& seriesUid);

// Dimensions, shared and per-frame functional groups (PS3.3 C.7.6.16, C.7.6.17). Position,
// orientation and spacings are the strings of the source. withPhases: the phase is a dimension, too
// (TemporalPositionIndex), as frames of one segment share their position with those of other
// phases.
void putFunctionalGroups(DcmDataset& dataset, const SeriesStack& source,
                         const std::vector<SegmentFrame>& frames, const std::string& dimensionUid,
                         bool withPhases);

// One bit per pixel, first pixel in the lowest bit, frames without gap between them (PS3.5 8.1.1
// and annex D), padded to an even length once.
void putFramePixels(DcmDataset& dataset, const LabelStack& labels,
                    const std::vector<KeySegment>& segments,
                    const std::vector<SegmentFrame>& frames);

}  // namespace cmr
