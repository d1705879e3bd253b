#include "analysis/blas_loader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace cmr {

std::string openmpBlasFolder() {
  // Debian's multiarch folder comes from CMake; the second is where other distributions look.
  constexpr std::array<std::string_view, 2> libraryFolders{"/usr/lib/" CMR_MULTIARCH, "/usr/lib64"};
  for (const std::string_view libraryFolder : libraryFolders) {
    const std::filesystem::path folder = std::filesystem::path(libraryFolder) / "openblas-openmp";
    std::error_code error;
    if (std::filesystem::exists(folder / "libblas.so.3", error)) return folder.string();
  }
  return {};
}

std::string loaderPathStartingWith(const std::string& folder, const std::string& currentPath) {
  std::string path = folder;
  std::string_view rest = currentPath;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    // An empty part would mean the current folder, from which nothing should be loaded.
    if (part.empty() || part == folder) continue;
    if (!path.empty()) path += ':';
    path += part;
  }
  return path;
}

}  // namespace cmr
