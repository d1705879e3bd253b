#include "plugin/worker_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "analysis/blas_loader.h"

namespace cmr {
namespace {

// Of OpenMP, whose threads would be bound to cores: a worker may not do that to a thread but the
// calling one (plugin/refused_calls.cpp), and the library gives up the process when it cannot.
bool bindsThreads(std::string_view variable) {
  return variable.starts_with("OMP_PROC_BIND=") || variable.starts_with("OMP_PLACES=");
}

bool isForWorker(std::string_view variable) {
  if (bindsThreads(variable)) return false;
  constexpr std::array<std::string_view, 17> beginnings{
      "PATH=", "HOME=",     "LANG=", "LC_",  "TZ=",   "TMPDIR=", "DCMDICTPATH=", "CUDA_", "NVIDIA_",
      "OMP_",  "OPENBLAS_", "MKL_",  "CMR_", "ASAN_", "UBSAN_",  "LSAN_",        "TSAN_"};
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
    return variable.substr(0, beginning.size()) == beginning;
  });
}

}  // namespace

std::vector<std::string> workerEnvironment(const std::string& visibleGpu) {
  const std::string_view gpuList = "CUDA_VISIBLE_DEVICES=";
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const bool isReplaced =
        !visibleGpu.empty() && std::string_view(*variable).substr(0, gpuList.size()) == gpuList;
    if (isForWorker(*variable) && !isReplaced) variables.emplace_back(*variable);
  }
  if (!visibleGpu.empty()) variables.push_back(std::string(gpuList) + visibleGpu);
  const char* current = std::getenv("LD_LIBRARY_PATH");
  const std::string loaderPath =
      loaderPathStartingWith(openmpBlasFolder(), current == nullptr ? "" : current);
  if (!loaderPath.empty()) variables.push_back("LD_LIBRARY_PATH=" + loaderPath);
  return variables;
}

}  // namespace cmr
