#include "analysis/site_release.h"

#include <algorithm>
#include <cstddef>

#include "analysis/errors.h"

namespace cmr {

void turnOn(PackageIdentity& package, const std::vector<std::string>& structures) {
  for (const std::string& name : structures) {
    const auto found = std::find(structureIds.begin() + 1, structureIds.end(), name);
    if (found == structureIds.end()) {
      throw InputError("there is no structure '" + name + "' to report");
    }
    const auto at = static_cast<std::size_t>(found - structureIds.begin());
    if (package.release[at] != "off") continue;
    package.release[at] = releasedBySite;
  }
}

std::string turnedOnNames(const PackageIdentity& package) {
  std::string names;
  for (std::size_t at = 0; at < structureIds.size(); ++at) {
    if (package.release[at] != releasedBySite) continue;
    if (!names.empty()) names += ',';
    names += structureIds[at];
  }
  return names;
}

}  // namespace cmr
