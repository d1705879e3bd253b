#include "plugin/processor_fall_back.h"

#include <utility>

#include "analysis/errors.h"

namespace cmr {

AnalysisOutcome analyzeOrFallBack(FrameSegmenter& usual, const Attempt& first, const Attempt& again,
                                  const LoadPackage& loadOnProcessor) {
  AnalysisOutcome outcome = first(usual);
  if (!outcome.deviceIsFull || usual.identity().device == "cpu") return outcome;
  const std::unique_ptr<FrameSegmenter> onProcessor = loadOnProcessor();
  const ComputeUse before = outcome.use;
  outcome = again(*onProcessor);
  outcome.withoutGpu = true;
  outcome.use.batches.add(before.batches);
  outcome.use.gpu = before.gpu;
  return outcome;
}

std::unique_ptr<FrameSegmenter> loadOrFallBack(const LoadPackage& usual,
                                               const LoadPackage& onProcessor,
                                               const std::function<void()>& fellBack) {
  try {
    return usual();
  } catch (const DeviceMemoryError&) {
    fellBack();
  }
  // Outside the handler: what the error held of the GPU is given back by then.
  return onProcessor();
}

PackageOnDevice::PackageOnDevice(LoadPackage usual, LoadPackage onProcessor)
    : usual_(std::move(usual)), onProcessor_(std::move(onProcessor)) {}

const PackageIdentity& PackageOnDevice::load() {
  segmenter_ = loadOrFallBack(usual_, onProcessor_, [this] { isOnProcessor_ = true; });
  return segmenter_->identity();
}

AnalysisOutcome PackageOnDevice::analyze(const Attempt& first, const Attempt& again) {
  if (isOnProcessor_) goBackToUsual();
  if (!isOnProcessor_) return analyzeOrFallBack(*segmenter_, first, again, onProcessor_);
  AnalysisOutcome outcome = first(*segmenter_);
  outcome.withoutGpu = true;
  return outcome;
}

void PackageOnDevice::goBackToUsual() {
  try {
    segmenter_ = usual_();
    isOnProcessor_ = false;
  } catch (const DeviceMemoryError&) {  // this job stays where the one before it was
  }
}

}  // namespace cmr
