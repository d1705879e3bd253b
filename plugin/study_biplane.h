// Volumes of two planes, from a two- and a four-chamber cine of one study.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/long_axis.h"
#include "plugin/study_report.h"

namespace cmr {

// What one long-axis result holds besides its numbers.
struct LongAxisChambers {
  std::optional<ChamberCycle> leftVentricle;
  std::optional<ChamberCycle> leftAtrium;
};

// LV volumes and EF by discs, LA volumes by area-length (analysis/long_axis.h), excursion and
// strain as means of both views. byJob: of the results in best. Nothing without both views. A
// chamber that one view does not show has no volume here, with that reason; each view's own result
// says more. What is doubted of one view makes every number uncertain, with that reason.
std::optional<StudyReport::Best> biplaneVolumes(
    const std::vector<StudyReport::Best>& best,
    const std::map<std::string, LongAxisChambers>& byJob);

}  // namespace cmr
