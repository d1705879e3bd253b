// Heads that were trained one by one, each in a package of its own, come together in one package:
// possible where all of them read the same network, byte for byte.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cmr {

struct HeadMerge {
  std::vector<std::string> from;   // packages
  std::vector<std::string> tasks;  // of their heads; empty: all beside the network's own
  std::string version;             // of the new package; empty: the minor raised
  nlohmann::json measured;         // by task: {"real": ..., "phantom": ...} instead of what a head
                                   // says now; or null
};

// Copies `package` to the folder `to` and adds the heads, with what was measured of them and how
// they were trained; with `sequence` come the statistics of what is unlike the training. The files
// of `package` stay byte for byte what they are. Returns the new version. Throws PackageError for a
// network, geometry or normalisation that differs, naming it, for a head that is nowhere or in two
// packages, and as extendPackage.
std::string mergeHeads(const std::string& package, const std::string& to, const HeadMerge& merge);

}  // namespace cmr
