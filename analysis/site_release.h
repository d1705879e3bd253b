// What a site may do about the releases of a model package: have a structure reported that the
// package keeps back. Its release is then "site" instead of "off": it is reported with a
// reservation like one of release "flag", its numbers are uncertain at best, and the reason is
// told.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/head_description.h"

namespace cmr {

// Names of structures in manifests, configurations and results.json, in the order of Structure.
inline constexpr std::array<const char*, structureCount> structureIds{"background", "lv_cavity",
                                                                      "lv_myocardium", "rv_cavity"};

inline constexpr const char* releasedBySite = "site";

// Tasks whose heads a site can turn on as a whole, by their names in the same list. Their results
// then carry experimentalNotice wherever they appear.
inline constexpr std::array<const char*, 3> experimentalTasks{"seg_lge_sax", "seg_map_sax",
                                                              "seg_cine_lax"};
// Whether a task is one of them.
bool isExperimentalTask(const std::string& name);

inline constexpr const char* experimentalNotice =
    "experimental, learned from drawn hearts only, not validated on patients";

// What the package releases already stays as it is. Names of tasks are passed over. Throws
// InputError naming what is neither structure nor task.
void turnOn(PackageIdentity& package, const std::vector<std::string>& structures);

// Where the identity of a long-axis result keeps evidence and release of the atria, which are no
// Structure: in the place of the background, of which a head says nothing.
inline constexpr std::size_t atriaPlace = 0;

// The identity of a result by another head than that of cine: its evidence and releases, "site" in
// place of "off" when the list names the task. Of two atria the one that is released with more
// reservation speaks for both.
PackageIdentity identityOf(const PackageIdentity& package, const HeadDescription& head,
                           const std::vector<std::string>& turnedOn);

// "rv_cavity", or several joined by commas in the order of Structure; "atria" for these alone;
// empty when the site changed nothing.
std::string turnedOnNames(const PackageIdentity& package);

}  // namespace cmr
