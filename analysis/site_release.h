// What a site may do about the releases of a model package: have a structure reported that the
// package keeps back. Its release is then "site" instead of "off": it is reported with a
// reservation like one of release "flag", its numbers are uncertain at best, and the reason is
// told.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"

namespace cmr {

// Names of structures in manifests, configurations and results.json, in the order of Structure.
inline constexpr std::array<const char*, structureCount> structureIds{"background", "lv_cavity",
                                                                      "lv_myocardium", "rv_cavity"};

inline constexpr const char* releasedBySite = "site";

// What the package releases already stays as it is. Throws InputError naming a structure that
// nobody knows.
void turnOn(PackageIdentity& package, const std::vector<std::string>& structures);

// "rv_cavity", or several joined by commas in the order of Structure; empty when the site changed
// nothing.
std::string turnedOnNames(const PackageIdentity& package);

}  // namespace cmr
