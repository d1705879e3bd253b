#include "analysis/site_release.h"

#include <algorithm>
#include <cstddef>

#include "analysis/errors.h"

namespace cmr {
bool isExperimentalTask(const std::string& name) {
  return std::find(experimentalTasks.begin(), experimentalTasks.end(), name) !=
         experimentalTasks.end();
}

void turnOn(PackageIdentity& package, const std::vector<std::string>& structures) {
  for (const std::string& name : structures) {
    if (isExperimentalTask(name)) continue;
    const auto found = std::find(structureIds.begin() + 1, structureIds.end(), name);
    if (found == structureIds.end()) {
      throw InputError("there is no structure '" + name + "' to report");
    }
    const auto at = static_cast<std::size_t>(found - structureIds.begin());
    if (package.release[at] != "off") continue;
    package.release[at] = releasedBySite;
  }
}

PackageIdentity identityOf(const PackageIdentity& package, const HeadDescription& head,
                           const std::vector<std::string>& turnedOn) {
  PackageIdentity identity = package;
  const bool isOn = std::find(turnedOn.begin(), turnedOn.end(), head.task) != turnedOn.end();
  identity.evidence.fill("");
  identity.release.fill("off");
  for (const HeadClass& one : head.classes) {
    const auto found = std::find(structureIds.begin() + 1, structureIds.end(), one.name);
    if (found == structureIds.end()) continue;
    const auto at = static_cast<std::size_t>(found - structureIds.begin());
    identity.evidence[at] = one.evidence;
    identity.release[at] = one.release == "off" && isOn ? releasedBySite : one.release;
  }
  return identity;
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
