// The worker function: instances in, DICOM objects and one results document out. No archive, no
// queue, no clock. Behind `cmr analyze`, behind the worker process and behind the tests.
#pragma once

#include "analysis/frame_segmenter.h"
#include "dicom_sr/read_series.h"
#include "dicom_sr/source.h"
#include "plugin/analysis_request.h"

namespace cmr {

// Bad data end as notAnalysable with the reason, want of memory or of a device as failed, both with
// a results document that says so. CancelledError of the progress passes through, and so does every
// error of unknown nature: whoever runs the worker decides whether the process may go on.
AnalysisOutcome analyzeInstances(const AnalysisRequest& request, FrameSegmenter& segmenter,
                                 const ProgressCallback& progress);

// The same when `alreadyRead` of the instances, the first ones, were added to the reader before.
AnalysisOutcome analyzeContinued(SeriesReader reader, std::size_t alreadyRead,
                                 const AnalysisRequest& request, FrameSegmenter& segmenter,
                                 const ProgressCallback& progress);

// The same for images that were read already (request.instances is not looked at). The segmenter is
// not touched before there is a stack to look at.
AnalysisOutcome analyzeRead(ReadResult read, const AnalysisRequest& request,
                            FrameSegmenter& segmenter, const ProgressCallback& progress);

}  // namespace cmr
