// Which files a confined process can open: Landlock (landlock(7)).
#pragma once

#include <string>
#include <vector>

namespace cmr {

// Whether there is a GPU that computes: NVIDIA's, or AMD's with ROCm. To be asked before
// refuseFiles().
bool hasComputingDevice();

// Of the calling thread and of those that it starts from now on, for ever; needs no_new_privs
// (prctl(2)). What stays open is told in worker_confinement.h. withGpu: what its driver needs, too.
// Empty when it is in force; otherwise why it is not.
std::string refuseFiles(const std::vector<std::string>& readableFolders, bool withGpu);

}  // namespace cmr
