// What the last block of the segmentation head reads of crops about the heart, once and for all:
// everything before it stays as it is while that block learns, and costs twenty times as much.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "analysis/network.h"
#include "models/batch_source.h"

namespace cmr {

struct OutlineSamples {
  // By sample, on the CPU, in the type of the precision; see DenseHeadImpl::lastBlock.
  torch::Tensor before;
  torch::Tensor whole;
  torch::Tensor allowed;              // uint8 [samples, size, size], as TrainingSample
  torch::Tensor known;                // uint8 [samples]
  std::vector<std::string> patients;  // of the frames that validate; empty for drawn batches
  std::vector<std::string> names;     // of the frames of drawn batches; empty for those

  std::int64_t count() const { return known.size(0); }
};

// Told after every pass: samples read so far.
using OutlineProgress = std::function<void(std::int64_t done)>;

// `count` changed crops, as `plan` would draw them for the training of a network: a function of its
// seed, whatever the number of threads. 1.2 MB a crop of 128 pixels in bfloat16. Throws InputError
// when there is nothing to draw from.
OutlineSamples drawOutlineSamples(DenseHead& head, Network& network, BatchPlan plan,
                                  std::int64_t count, std::vector<TrainingFrame> frames,
                                  PhantomSource phantom, ComputePrecision precision,
                                  const OutlineProgress& progress);

// Each frame once, cut about its own heart and not changed.
OutlineSamples plainOutlineSamples(DenseHead& head, Network& network,
                                   const std::vector<TrainingFrame>& frames,
                                   const AugmentOptions& geometry, ComputePrecision precision);

}  // namespace cmr
