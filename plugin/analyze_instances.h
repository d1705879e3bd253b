// The worker function: instances in, DICOM objects and one results document out. No archive, no
// queue, no clock. Behind `cmr analyze`, behind the worker process and behind the tests.
#pragma once

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"

namespace cmr {

AnalysisOutcome analyzeInstances(const AnalysisRequest& request, FrameSegmenter& segmenter,
                                 const ProgressCallback& progress);

}  // namespace cmr
