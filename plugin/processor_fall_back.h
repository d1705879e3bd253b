// A job that does not fit on the GPU, with one image at a time either, is computed once more from
// its beginning on the processor: no result is made of both, and what is written names the device
// that computed it. The next job begins on the GPU. A GPU that has no memory for the package itself
// is asked again before each job.
#pragma once

#include <functional>
#include <memory>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"

namespace cmr {

// For the processor: throws ResourceError when memory gives out. For the usual device:
// DeviceMemoryError when that is a GPU and has none.
using LoadPackage = std::function<std::unique_ptr<FrameSegmenter>()>;
using Attempt = std::function<AnalysisOutcome(FrameSegmenter&)>;

// first: on the usual segmenter. What loadOnProcessor gives lives for `again` alone, as its weights
// take memory that other jobs do without. Where the processor is the usual device nothing is tried
// again. Errors of both attempts pass through.
AnalysisOutcome analyzeOrFallBack(FrameSegmenter& usual, const Attempt& first, const Attempt& again,
                                  const LoadPackage& loadOnProcessor);

// On the usual device, or on the processor where memory gives out there; which is known by its
// identity, and `fellBack` is called. Other errors pass through, and those of the processor.
std::unique_ptr<FrameSegmenter> loadOrFallBack(const LoadPackage& usual,
                                               const LoadPackage& onProcessor,
                                               const std::function<void()>& fellBack);

// Thread ownership: one thread.
class PackageOnDevice {
 public:
  PackageOnDevice(LoadPackage usual, LoadPackage onProcessor);

  // Before anything else; throws as loadOrFallBack.
  const PackageIdentity& load();
  AnalysisOutcome analyze(const Attempt& first, const Attempt& again);

 private:
  void goBackToUsual();

  LoadPackage usual_;
  LoadPackage onProcessor_;
  std::unique_ptr<FrameSegmenter> segmenter_;
  bool isOnProcessor_ = false;  // as the usual device had no memory for the package
};

}  // namespace cmr
