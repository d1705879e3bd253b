// The result of a still short axis, as late enhancement and maps are: one image at each place,
// outlined by a head of its own.
#pragma once

#include <string>

#include "analysis/sax_analysis.h"

namespace cmr {

// Outlines after the repair that cine gets, too (frame by frame and from base to apex), with what
// it changed as flags; structures that are not released are left out. No numbers but the areas that
// the report takes from outlines. release: of the head, see FrameSegmenter::identityOfHead.
SaxAnalysis analyzeStill(const ImageStack& stack, const std::string& task,
                         const std::string& sequence, const PackageIdentity& release,
                         FrameSegmenter& segmenter);

// Whether any structure may be reported.
bool isAnythingReleased(const PackageIdentity& release);

}  // namespace cmr
