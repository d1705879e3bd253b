#include "cli/package_location.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "analysis/errors.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;

constexpr const char* starter = "starter";
constexpr const char* installedPackages = "/usr/share/orthanc-cmr/models";

std::vector<fs::path> places() {
  std::vector<fs::path> candidates;
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    candidates.push_back(executable.parent_path().parent_path().parent_path() / "models" / starter);
  }
  candidates.push_back(fs::path(installedPackages) / starter);
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
