#include "plugin/processor_fall_back.h"

namespace cmr {

AnalysisOutcome analyzeOrFallBack(FrameSegmenter& usual, const Attempt& first, const Attempt& again,
                                  const LoadOnProcessor& loadOnProcessor) {
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

}  // namespace cmr
