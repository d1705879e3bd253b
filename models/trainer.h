// The training loop behind `cmr finetune`: phantom warm-up, then real frames under partial labels,
// AdamW, cosine schedule, averaged weights, checkpoints, and the best epoch by validation.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/network.h"
#include "models/batch_source.h"
#include "models/training_progress.h"

namespace cmr {

struct TrainerOptions {
  std::int64_t steps = 2000;
  std::int64_t warmupSteps = 100;  // of the learning rate
  double learningRate = 5e-4;
  double backboneRate = 1.0;  // factor on the backbone's rate; 0 freezes it
  // Factor on the rate of each block against that of the block above it (Clark et al., ICLR 2020;
  // as in Bao et al., ICLR 2022, the embeddings count as one block more). 1: all alike.
  double layerDecay = 1.0;
  double weightDecay = 0.05;
  double clipNorm = 1.0;
  double averageDecay = 0.998;  // EMA of the weights; what is validated and saved
  std::int64_t validateEvery = 100;
  double locatorWeight = 0.5;
  torch::Device device = torch::kCPU;
  ComputePrecision precision = ComputePrecision::float32;
  std::string folder;  // checkpoints, log and best weights
  bool resume = false;
};

struct ValidationScore {
  std::int64_t step = 0;
  double lvDice = 0;          // mean over frames
  double lvDiceWorst = 0;     // worst patient's mean
  double myocardiumDice = 0;  // NaN when no frame knows it
  double locatorErrorMm = 0;  // mean, over frames with a cavity
  std::size_t lvFrames = 0;   // behind lvDice
  std::size_t myocardiumFrames = 0;
  // What "best" means: the mean over all masks compared, whichever structure they show, so that a
  // few epicardia of one patient do not outweigh the cavities of all.
  double selection() const;
};

class TrainingReport {
 public:
  virtual ~TrainingReport() = default;
  virtual void progress(const TrainingProgress& progress) = 0;
  virtual void validated(const ValidationScore& score, bool best) = 0;
};

ValidationScore validate(Network& network, const std::vector<TrainingFrame>& frames,
                         const AugmentOptions& geometry, ComputePrecision precision);

// Trains and leaves the best averaged weights in `network`, back on the CPU; without frames to
// validate on, the last ones. Throws InputError when the loss or the gradient is no longer a
// number, naming the step and the frames of its batch; a checkpoint from before it is left in the
// folder. Resuming a run of another seed or batch is refused.
ValidationScore train(Network& network, const TrainerOptions& options, const BatchPlan& plan,
                      std::vector<TrainingFrame> trainingFrames,
                      const std::vector<TrainingFrame>& validationFrames, PhantomSource phantom,
                      TrainingReport& report);

}  // namespace cmr
