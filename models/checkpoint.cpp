#include "models/checkpoint.h"

#include "models/checkpoint_file.h"

namespace cmr {

void saveParameters(const std::string& path, const Network& network) {
  CheckpointWriter file;
  file.put("network", *network);
  file.write(path);
}

void loadParameters(const std::string& path, Network& network) {
  CheckpointReader(path).get("network", *network);
}

TakenParameters takeMatchingParameters(const std::string& path, Network& network) {
  return CheckpointReader(path).takeMatching("network", *network);
}

void saveCheckpoint(const std::string& path, const Network& network, const Network& average,
                    const torch::optim::Optimizer& optimizer, const TrainingState& state) {
  CheckpointWriter file;
  file.put("network", *network);
  file.put("average", *average);
  file.put("optimizer", optimizer);
  file.put("step", torch::tensor(state.step));
  file.put("best", torch::tensor({static_cast<double>(state.bestStep), state.bestLvDice,
                                  state.bestMyocardiumDice},
                                 torch::kFloat64));
  file.write(path);
}

TrainingState loadCheckpoint(const std::string& path, Network& network, Network& average,
                             torch::optim::Optimizer& optimizer) {
  CheckpointReader file(path);
  file.get("network", *network);
  file.get("average", *average);
  file.get("optimizer", optimizer);
  const torch::Tensor best = file.tensor("best");
  return {file.tensor("step").item<std::int64_t>(),
          static_cast<std::int64_t>(best[0].item<double>()), best[1].item<double>(),
          best[2].item<double>()};
}

}  // namespace cmr
