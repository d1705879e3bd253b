// What each of several workers gets of the machine: a GPU and processor threads.
#pragma once

#include <string>
#include <vector>

namespace cmr {

// As CUDA names them. visible: the value of CUDA_VISIBLE_DEVICES, null where it is not set; then
// those of which the folder of devices holds a file ("nvidia0") are numbered from 0. Empty: none.
std::vector<std::string> usableGpus(const char* visible, const std::string& deviceFolder = "/dev");

struct WorkerShare {
  int threads = 0;  // 0: one per core
  std::string gpu;  // the only one that the worker sees; empty: what this process sees
};

// Of one of `workers`, slot in [0, workers). A single worker gets all. threads: of all together, 0:
// one per core. With fewer GPUs than workers, several share one.
WorkerShare shareOf(int slot, int workers, int threads, int cores,
                    const std::vector<std::string>& gpus);

}  // namespace cmr
