// What this process takes of a GPU's memory.
#pragma once

#include <torch/torch.h>

#include <optional>

#include "analysis/compute_use.h"

namespace cmr {

// The peak is that since the last call. Nothing of a device that is no GPU, and where the program
// was built without CUDA.
std::optional<GpuMemory> takeGpuMemory(const torch::Device& device);

}  // namespace cmr
