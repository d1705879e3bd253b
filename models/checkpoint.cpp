#include "models/checkpoint.h"

#include <filesystem>

#include "analysis/errors.h"

namespace cmr {
namespace {

void writeWhole(const std::string& path, torch::serialize::OutputArchive& archive) {
  const std::string temporary = path + ".writing";
  try {
    archive.save_to(temporary);
    std::filesystem::rename(temporary, path);
  } catch (const std::exception& e) {
    throw ResourceError("cannot write the checkpoint " + path + ": " + e.what());
  }
}

torch::serialize::InputArchive open(const std::string& path) {
  torch::serialize::InputArchive archive;
  try {
    archive.load_from(path);
  } catch (const std::exception&) {
    throw InputError(path + " is not a checkpoint");
  }
  return archive;
}

void put(torch::serialize::OutputArchive& archive, const std::string& name,
         const Network& network) {
  torch::serialize::OutputArchive part;
  network->save(part);
  archive.write(name, part);
}

void get(torch::serialize::InputArchive& archive, const std::string& name, Network& network) {
  torch::serialize::InputArchive part;
  try {
    archive.read(name, part);
    network->load(part);
  } catch (const std::exception&) {
    throw InputError("the checkpoint holds another network");
  }
}

}  // namespace

void copyParameters(const Network& from, Network& to) {
  const torch::NoGradGuard guard;
  const auto source = from->parameters();
  auto target = to->parameters();
  for (std::size_t i = 0; i < target.size(); ++i) {
    target[i].copy_(source[i]);
  }
}

void saveParameters(const std::string& path, const Network& network) {
  torch::serialize::OutputArchive archive;
  put(archive, "network", network);
  writeWhole(path, archive);
}

void loadParameters(const std::string& path, Network& network) {
  auto archive = open(path);
  get(archive, "network", network);
}

void saveCheckpoint(const std::string& path, const Network& network, const Network& average,
                    const torch::optim::Optimizer& optimizer, const TrainingState& state) {
  torch::serialize::OutputArchive archive;
  put(archive, "network", network);
  put(archive, "average", average);
  torch::serialize::OutputArchive optimizerPart;
  optimizer.save(optimizerPart);
  archive.write("optimizer", optimizerPart);
  archive.write("step", torch::tensor(state.step));
  archive.write("best", torch::tensor({static_cast<double>(state.bestStep), state.bestLvDice,
                                       state.bestMyocardiumDice},
                                      torch::kFloat64));
  writeWhole(path, archive);
}

TrainingState loadCheckpoint(const std::string& path, Network& network, Network& average,
                             torch::optim::Optimizer& optimizer) {
  auto archive = open(path);
  get(archive, "network", network);
  get(archive, "average", average);
  torch::serialize::InputArchive optimizerPart;
  archive.read("optimizer", optimizerPart);
  optimizer.load(optimizerPart);
  torch::Tensor step;
  torch::Tensor best;
  archive.read("step", step);
  archive.read("best", best);
  return {step.item<std::int64_t>(), static_cast<std::int64_t>(best[0].item<double>()),
          best[1].item<double>(), best[2].item<double>()};
}

}  // namespace cmr
