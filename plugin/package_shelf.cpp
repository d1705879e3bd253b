#include "plugin/package_shelf.h"

#include <tuple>
#include <utility>

#include "analysis/errors.h"

namespace cmr {

PackageShelf::PackageShelf(const std::map<std::string, std::string>& folders,
                           const std::map<std::string, std::string>& known,
                           const LogCallback& log) {
  for (const auto& [name, folder] : folders) {
    places_.emplace(std::piecewise_construct, std::forward_as_tuple(name),
                    std::forward_as_tuple(folder, known.at(name), log));
  }
}

void PackageShelf::look() {
  for (auto& [name, place] : places_) place.watch.look();
}

std::string PackageShelf::sha256(const std::string& name) const {
  const auto found = places_.find(name);
  if (found == places_.end()) {
    throw ResourceError("the configuration has no model package \"" + name + "\"");
  }
  return found->second.watch.sha256();
}

std::vector<PackageInUse> PackageShelf::packages() const {
  std::vector<PackageInUse> all;
  for (const auto& [name, place] : places_) {
    all.push_back({place.watch.sha256(), place.watch.problem(), name, place.folder});
  }
  return all;
}

}  // namespace cmr
