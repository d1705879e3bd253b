// The file that a checkpoint is: named modules, optimizers and tensors, written whole or not at all
// (a temporary file, then a rename).
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

class CheckpointWriter {
 public:
  void put(const std::string& name, const torch::nn::Module& module);
  void put(const std::string& name, const torch::optim::Optimizer& optimizer);
  void put(const std::string& name, const torch::Tensor& tensor);
  // Seed, batch: what a run that goes on from here has to have in common with this one.
  void putRun(const std::vector<std::int64_t>& run);
  // Throws ResourceError when the disk gives out; an older file of this name is then left as it is.
  void write(const std::string& path);

 private:
  torch::serialize::OutputArchive archive_;
};

struct TakenParameters {
  std::size_t taken = 0;
  std::size_t total = 0;
};

// Throws InputError, naming the source, when fewer than half of the parameters were in it.
void requireMostTaken(const TakenParameters& result, const std::string& source);

class CheckpointReader {
 public:
  // Throws InputError when the file is not a checkpoint.
  explicit CheckpointReader(const std::string& path);

  // Throw InputError when the checkpoint holds no such part, or one of another shape; what was to
  // be filled is then of no use any more.
  void get(const std::string& name, torch::nn::Module& module);
  void get(const std::string& name, torch::optim::Optimizer& optimizer);
  torch::Tensor tensor(const std::string& name);
  // Throws InputError when putRun was given something else; an older checkpoint without it passes.
  void requireRun(const std::vector<std::int64_t>& run);
  // Takes those parameters that have the module's names and shapes, whatever else the part holds;
  // the others keep their values. Throws InputError when fewer than half fit.
  TakenParameters takeMatching(const std::string& name, torch::nn::Module& module);

 private:
  std::string path_;
  torch::serialize::InputArchive archive_;
};

}  // namespace cmr
