// The loop behind `cmr pretrain`: self-distillation of a student by an averaged teacher (DINO),
// with masked patches (iBOT) and KoLeo where asked for, checkpoints, and a watch for collapse.
// Schedules and their ends are those of Caron et al.'s published main_dino.py, in steps for epochs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/dino_network.h"
#include "models/feature_probe.h"
#include "models/multi_crop.h"
#include "models/probe_questions.h"
#include "models/training_group.h"

namespace cmr {

struct PretrainerOptions {
  std::int64_t steps = 10000;
  int accumulate = 1;             // batches per step
  double learningRate = 5e-4;     // largest, for 256 images a step; in proportion for others
  double finalRateShare = 2e-3;   // 1e-6 of 5e-4
  std::int64_t warmupSteps = -1;  // of the learning rate; -1: a tenth of all
  double weightDecay = 0.04;      // on matrices and kernels, rising
  double finalWeightDecay = 0.4;
  double clipNorm = 3.0;
  double teacherMomentum = 0.996;  // rising to 1
  double studentTemperature = 0.1;
  double teacherTemperature = 0.07;
  double firstTeacherTemperature = 0.04;
  std::int64_t temperatureSteps = -1;  // -1: three tenths of all
  double centreMomentum = 0.9;
  std::int64_t frozenPrototypeSteps = -1;  // -1: three tenths of all
  double patchWeight = 0;  // of the masked patches' term; 0: without, and nothing is masked
  double koleoWeight = 0;  // of the spreading term; 0.1 in DINOv2
  std::int64_t reportEvery = 20;
  std::int64_t probeEvery = 500;
  std::int64_t checkpointEvery = 500;
  torch::Device device = torch::kCPU;
  int drawThreads = 1;
  ComputePrecision precision = ComputePrecision::float32;
  std::string folder;  // of last.ckpt
  bool resume = false;
  // Processes that take every step together, each with its own `accumulate` batches: alike to one
  // process with `accumulate` times their number. Outlives the run; null: alone. The first one
  // alone reports, probes and writes checkpoints.
  TrainingGroup* group = nullptr;
};

struct PretrainProgress {
  std::int64_t step = 0;
  std::int64_t steps = 0;
  double loss = 0;  // means over the steps since the last report
  double classLoss = 0;
  double patchLoss = 0;
  double koleo = 0;
  double gradientNorm = 0;
  TargetEntropy targets;  // of the class token
  double learningRate = 0;
  double weightDecay = 0;
  double teacherMomentum = 0;
  double teacherTemperature = 0;
  double secondsPerStep = 0;
  double dataShare = 0;  // share of the time spent waiting for data
};

class PretrainReport {
 public:
  virtual ~PretrainReport() = default;
  virtual void progress(const PretrainProgress& progress) = 0;
  virtual void probed(const ProbeResult& result) = 0;
};

// What the features are measured on.
struct ProbeSet {
  std::vector<PretrainImage> images;
  std::vector<ProbeQuestion> questions;  // views as large as the plan's global ones; may be empty
  int neighbours = 10;
};

// Trains from `geometry`'s random start (or from folder/last.ckpt when resuming) and returns the
// teacher, in eval mode and on the CPU. Throws InputError when the loss or a gradient is no longer
// a number, naming step and images; the weights of that step are not used. Resuming a run of
// another seed or of other batches a step is refused.
DinoNetwork pretrain(const DinoGeometry& geometry, const PretrainerOptions& options,
                     const MultiCropPlan& plan, const ImageSequence& sequence,
                     const ProbeSet& probe, PretrainReport& report);

}  // namespace cmr
