#include "analysis/site_release.h"

#include <algorithm>
#include <cstddef>

#include "analysis/errors.h"

namespace cmr {
namespace {

// A later one is kept back more.
int placeOfRelease(const std::string& release) {
  return release == "off" ? 3 : release == releasedBySite ? 2 : release == "flag" ? 1 : 0;
}

bool isAtrium(const std::string& name) { return name == "left_atrium" || name == "right_atrium"; }

void addAtrium(PackageIdentity& identity, const std::string& evidence, const std::string& release,
               bool isFirst) {
  std::string& known = identity.release[atriaPlace];
  if (!isFirst && placeOfRelease(release) <= placeOfRelease(known)) return;
  known = release;
  identity.evidence[atriaPlace] = evidence;
}

}  // namespace

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
  identity.papillaryMuscles.fill(head.papillaryMuscles);
  bool isFirstAtrium = true;
  for (const HeadClass& one : head.classes) {
    const std::string release = one.release == "off" && isOn ? releasedBySite : one.release;
    if (isAtrium(one.name)) {
      addAtrium(identity, one.evidence, release, isFirstAtrium);
      isFirstAtrium = false;
    }
    const auto found = std::find(structureIds.begin() + 1, structureIds.end(), one.name);
    if (found == structureIds.end()) continue;
    const auto at = static_cast<std::size_t>(found - structureIds.begin());
    identity.evidence[at] = one.evidence;
    identity.release[at] = release;
  }
  return identity;
}

std::string turnedOnNames(const PackageIdentity& package) {
  std::string names;
  for (std::size_t at = 1; at < structureIds.size(); ++at) {
    if (package.release[at] != releasedBySite) continue;
    if (!names.empty()) names += ',';
    names += structureIds[at];
  }
  if (names.empty() && package.release[atriaPlace] == releasedBySite) names = "atria";
  return names;
}

}  // namespace cmr
