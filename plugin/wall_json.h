// Wall thickness and strain slice by slice, as results.json has them.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/wall_measurements.h"

namespace cmr {

// null when nothing was examined. Strain in percent against end diastole, thickness in mm.
nlohmann::ordered_json wallJson(const VentricleWall& wall, int endSystole);

}  // namespace cmr
