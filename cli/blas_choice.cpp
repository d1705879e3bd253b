#include "cli/blas_choice.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "analysis/blas_loader.h"

namespace cmr {
namespace {

constexpr const char* loaderPath = "LD_LIBRARY_PATH";
constexpr const char* waitPolicy = "OMP_WAIT_POLICY";
constexpr const char* alreadyChosen = "CMR_BLAS_CHOSEN";  // ends a circle of starts

std::string valueOf(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

int collectBlas(dl_phdr_info* info, std::size_t, void* result) {
  const std::filesystem::path path(info->dlpi_name);
  const std::string name = path.filename().string();
  if (name.find("blas") == std::string::npos && name.find("mkl") == std::string::npos) return 0;
  auto& list = *static_cast<std::string*>(result);
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  list += (list.empty() ? "" : ", ") + (error ? path : real).string();
  return 0;
}

template <typename Function>
Function* loadedFunction(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void startWithComputeEnvironment(char** arguments) {
  const std::string folder = openmpBlasFolder();
  const std::string current = valueOf(loaderPath);
  const std::string wanted = folder.empty() ? current : loaderPathStartingWith(folder, current);
  const bool asWanted = wanted == current && !valueOf(waitPolicy).empty();
  if (asWanted || !valueOf(alreadyChosen).empty()) return;
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  if (wanted != current) ::setenv(loaderPath, wanted.c_str(), 1);
  ::setenv(waitPolicy, "PASSIVE", 0);
  ::setenv(alreadyChosen, "1", 1);
  ::execv(self.c_str(), arguments);
}

std::string describeLoadedBlas() {
  std::string description;
  ::dl_iterate_phdr(collectBlas, &description);
  if (description.empty()) return "built into LibTorch";
  if (const auto config = loadedFunction<char*()>("openblas_get_config")) {
    description += std::string(" (") + config();
    if (const auto parallel = loadedFunction<int()>("openblas_get_parallel")) {
      const int model = parallel();
      description += model == 2 ? ", OpenMP" : model == 1 ? ", own threads" : ", one thread";
    }
    description += ")";
  }
  return description;
}

std::string describeThreadWaiting() {
  const std::string policy = valueOf(waitPolicy);
  return policy.empty() ? "as OpenMP likes" : policy;
}

}  // namespace cmr
