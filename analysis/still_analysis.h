// The result of a still short axis, as late enhancement and maps are: one image at each place,
// outlined by a head of its own.
#pragma once

#include <string>

#include "analysis/sax_analysis.h"
#include "analysis/still_measurements.h"

namespace cmr {

// Outlines after the repair that cine gets, too (frame by frame and from base to apex), with what
// it changed as flags, and the numbers of measureStill, whose AHA segments are counted from
// septumFromLabels; structures that are not released are left out. release: of the head, see
// FrameSegmenter::identityOfHead.
SaxAnalysis analyzeStill(const ImageStack& stack, const std::string& task,
                         const StillContent& content, const PackageIdentity& release,
                         FrameSegmenter& segmenter);

// Whether any structure may be reported.
bool isAnythingReleased(const PackageIdentity& release);

}  // namespace cmr
