// Extracellular volume from two maps of one study: native T1 and T1 after contrast agent.
#pragma once

#include <optional>
#include <vector>

#include "plugin/study_report.h"

namespace cmr {

// Medians by region, so that the maps need not lie on one grid; formula and its limits:
// ecvPercent() of analysis/map_measurements.h. Nothing without both maps, or where the first is not
// known to be native. Without a haematocrit there is the global value alone, not measured, with
// that reason. As uncertain as the maps' numbers are.
std::optional<StudyReport::Best> extracellularVolume(const std::vector<StudyReport::Best>& best,
                                                     std::optional<double> haematocrit);

}  // namespace cmr
