#include "models/checkpoint.h"

#include <limits>

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
  file.put("best", torch::tensor(
                       {static_cast<double>(state.bestStep), state.bestLvDice,
                        state.bestMyocardiumDice, state.bestLvDiceWorst, state.bestLocatorErrorMm},
                       torch::kFloat64));
  file.putRun(state.run);
  file.write(path);
}

TrainingState loadCheckpoint(const std::string& path, const std::vector<std::int64_t>& run,
                             Network& network, Network& average,
                             torch::optim::Optimizer& optimizer) {
  CheckpointReader file(path);
  file.requireRun(run);
  file.get("network", *network);
  file.get("average", *average);
  file.get("optimizer", optimizer);
  const torch::Tensor best = file.tensor("best");
  // Checkpoints of earlier versions hold three of them; what they did not keep is no number.
  const auto figure = [&best](std::int64_t i) {
    return i < best.numel() ? best[i].item<double>() : std::numeric_limits<double>::quiet_NaN();
  };
  return {file.tensor("step").item<std::int64_t>(),
          static_cast<std::int64_t>(figure(0)),
          figure(1),
          figure(2),
          figure(3),
          figure(4),
          run};
}

}  // namespace cmr
