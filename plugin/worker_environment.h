// The environment of a worker process.
#pragma once

#include <string>
#include <vector>

namespace cmr {

// "NAME=value", of the plugin's own environment. What a worker may know of it is little:
// configurations of archives carry passwords there, and nothing else of it changes what a worker
// does. Its threads are not bound to cores (OMP_PROC_BIND, OMP_PLACES are left out): several
// workers would be bound to the same ones. The loader's path begins with the BLAS library that
// LibTorch is fast with. visibleGpu: what CUDA_VISIBLE_DEVICES says instead of what it says here;
// empty: the same.
std::vector<std::string> workerEnvironment(const std::string& visibleGpu = {});

}  // namespace cmr
