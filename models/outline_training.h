// Training of the last block ("up1") and the output layer of a segmentation head, where outlines
// are drawn, on samples that were read once (outline_samples.h): minutes on a CPU. Nothing that the
// first look or another head reads changes. What a step draws is a function of seed and step, so
// that a resumed run goes on as if it had never stopped.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/outline_samples.h"
#include "models/trainer.h"

namespace cmr {

struct OutlineTraining {
  std::int64_t steps = 1000;
  std::int64_t warmupSteps = 40;
  int batch = 16;
  double learningRate = 1e-3;  // AdamW, cosine to a hundredth
  double weightDecay = 0.01;   // of kernels
  double clipNorm = 1;
  double averageDecay = 0.99;  // of the weights that are validated and kept
  // Small cavities, for which a pixel is much, count more: see partialLabelLoss, and how often
  // samples are drawn whose cavity has fewer pixels.
  double smoothing = 5;
  std::int64_t smallCavity = 500;
  double smallWeight = 2;
  std::int64_t validateEvery = 100;
  std::uint64_t seed = 1;
  ComputePrecision precision = ComputePrecision::float32;
  torch::Device device = torch::kCPU;
  std::string folder;  // last.ckpt and best.ckpt
  bool resume = false;
};

// A head that shares all with the network's own but the last block and the output layer, which
// start as the network's: it computes what the network does.
DenseHead outlineHead(const Network& network);
// The parameters that learn, by name: "up1.*" and "classify.*".
std::map<std::string, torch::Tensor> outlineParameters(const DenseHead& head);

// Mean Dice by structure, as ValidationScore tells it; the first look is none of the head's and
// its error is no number.
ValidationScore scoreOutlines(DenseHead& head, const OutlineSamples& validation,
                              ComputePrecision precision);

// Leaves the best averaged weights in the head, on the CPU: those of step 0 where no step did
// better, so that it never gets worse on what it is chosen by. Throws InputError when the loss is
// no longer a number, naming the step, and when a checkpoint to resume from does not fit.
ValidationScore trainOutlines(DenseHead& head, const Network& network,
                              const OutlineSamples& samples, const OutlineSamples& validation,
                              const OutlineTraining& options, TrainingReport& report);

}  // namespace cmr
