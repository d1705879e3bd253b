// `cmr finetune`: trains a segmentation head with its backbone and writes a model package.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/training_frame.h"

namespace cmr {

struct FinetuneOptions {
  std::vector<std::string> validationPatients;  // held out of training, by patient
  std::vector<std::string> excludedPatients;    // neither trained on nor validated
  std::string architecture = "vit-s8";          // "vit-s8", "unet", "image-path", "tokens"
  std::string initialWeights;  // best.ckpt of an earlier run, or a package: what fits is taken
  std::string backbone;        // safetensors file of a pretrained backbone, see backbone_file.h
  std::int64_t steps = 2000;
  std::int64_t phantomOnlySteps = 0;
  double phantomShare = 0.25;
  int size = 128;
  double spacingMm = 1.33;
  int crops = 12;
  int fields = 4;
  double learningRate = 5e-4;
  double backboneRate = 1;
  double layerDecay = 1;  // see TrainerOptions
  double dropPath = 0.1;
  double tokenDrop = 0.25;
  std::int64_t validateEvery = 100;
  std::uint64_t seed = 1;
  int threads = 0;
  std::string device = "auto";  // see chooseDevice
  std::string precision = "auto";
  std::string output;  // run folder: checkpoints and log
  bool resume = false;
  std::string packageFolder;  // where the package is written; empty: output + "/package"
  std::string packageName = "finetuned";
  std::string packageVersion;  // empty: 0.1.0
  std::string command;         // as typed, for the manifest
  bool nonExpert = false;      // masks of the right ventricle (rv/) are no expert's
};

// What the right ventricle is learned by: "phantom" where no frame holds its outline, else "both",
// or "non-expert".
std::string rightVentricleEvidence(const std::vector<TrainingFrame>& training, bool nonExpert);

// Trains on the frames of all patients but the validation patients', and on drawn hearts. Progress
// goes to standard output, a machine-readable log to output/log.jsonl.
void finetune(const FinetuneOptions& options, std::vector<TrainingFrame> frames);

}  // namespace cmr
