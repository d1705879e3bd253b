// A job that does not fit on the GPU, with one image at a time either, is computed once more from
// its beginning on the processor: no result is made of both, and what is written names the device
// that computed it. The next job begins on the GPU.
#pragma once

#include <functional>
#include <memory>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"

namespace cmr {

// The same package for the processor. Throws ResourceError when memory gives out.
using LoadOnProcessor = std::function<std::unique_ptr<FrameSegmenter>()>;
using Attempt = std::function<AnalysisOutcome(FrameSegmenter&)>;

// first: on the usual segmenter. What loadOnProcessor gives lives for `again` alone, as its weights
// take memory that other jobs do without. Where the processor is the usual device nothing is tried
// again. Errors of both attempts pass through.
AnalysisOutcome analyzeOrFallBack(FrameSegmenter& usual, const Attempt& first, const Attempt& again,
                                  const LoadOnProcessor& loadOnProcessor);

}  // namespace cmr
