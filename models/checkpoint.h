// Checkpoints of a training run: written whole or not at all (a temporary file, then a rename).
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/network.h"
#include "models/checkpoint_file.h"

namespace cmr {

struct TrainingState {
  std::int64_t step = 0;  // steps done
  std::int64_t bestStep = 0;
  double bestLvDice = 0;
  double bestMyocardiumDice = 0;
  double bestLvDiceWorst = 0;
  double bestLocatorErrorMm = 0;
  std::vector<std::int64_t> run;  // what has to be the same when it goes on: seed and batch
};

void saveParameters(const std::string& path, const Network& network);
void loadParameters(const std::string& path, Network& network);
// See CheckpointReader::takeMatching.
TakenParameters takeMatchingParameters(const std::string& path, Network& network);

void saveCheckpoint(const std::string& path, const Network& network, const Network& average,
                    const torch::optim::Optimizer& optimizer, const TrainingState& state);
// Throws InputError when the file is not a checkpoint of this network, or of a run with another
// `run`.
TrainingState loadCheckpoint(const std::string& path, const std::vector<std::int64_t>& run,
                             Network& network, Network& average,
                             torch::optim::Optimizer& optimizer);

}  // namespace cmr
