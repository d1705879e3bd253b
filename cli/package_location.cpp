#include "cli/package_location.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr const char* starter = "starter";
constexpr const char* installedPackages = "share/orthanc-cmr/models";  // below the prefix

std::vector<fs::path> places() {
  std::vector<fs::path> candidates;
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path above = executable.parent_path().parent_path();
    candidates.push_back(above.parent_path() / "models" / starter);
    candidates.push_back(above / installedPackages / starter);
  }
  const fs::path system = fs::path("/usr") / installedPackages / starter;
  if (candidates.empty() || candidates.back() != system) candidates.push_back(system);
  return candidates;
}

}  // namespace

std::string packageFolderOr(const std::string& named) {
  if (!named.empty()) return named;
  const char* fromEnvironment = std::getenv("CMR_PACKAGE");
  if (fromEnvironment != nullptr && *fromEnvironment != '\0') return fromEnvironment;
  std::string tried;
  for (const fs::path& place : places()) {
    std::error_code error;
    if (fs::exists(place / "manifest.json", error)) return place.string();
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  throw PackageError("no model package found (looked at " + tried +
                     "); name one with --package or CMR_PACKAGE");
}

}  // namespace cmr
