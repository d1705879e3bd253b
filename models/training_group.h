// Processes of one machine that train one network together, each on its own part of every step, as
// several GPUs are used: LibTorch's distributed package (c10d) with gloo, which meets through a
// file and talks over the loopback address. What lies on a GPU goes through the machine's memory.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>
#include <vector>

namespace cmr {

struct GroupPlace {
  int rank = 0;         // from 0
  int size = 1;         // processes; 1: alone, nothing is exchanged
  std::string meeting;  // a file that is not there yet, the same for all
};

class TrainingGroup {
 public:
  // Returns when all have come. Throws ResourceError when they do not within some minutes, and
  // InputError for a rank outside of the group or a program that was built without gloo.
  explicit TrainingGroup(const GroupPlace& place);
  ~TrainingGroup();
  TrainingGroup(const TrainingGroup&) = delete;
  TrainingGroup& operator=(const TrainingGroup&) = delete;

  // Whether the program was built with gloo, which more than one process needs.
  static bool isAvailable();

  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  bool isFirst() const { return place_.rank == 0; }

  // Each tensor becomes its mean over the processes, bit for bit the same in all of them. All
  // processes call it with as many float32 values. Throws ResourceError when another one is gone.
  void average(const std::vector<torch::Tensor>& tensors);

 private:
  struct Impl;
  GroupPlace place_;
  std::unique_ptr<Impl> impl_;  // none when alone
};

}  // namespace cmr
