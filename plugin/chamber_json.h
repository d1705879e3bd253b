// Chambers of a long-axis cine in the results of its series, from which the study's report makes
// volumes of two planes.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/long_axis.h"

namespace cmr {

// {"largest": {"areaMm2", "lengthMm", "widthsMm"}, "smallest": ...}; null for nothing. Where base
// and tip lie in the image is not kept: no volume depends on it.
nlohmann::json chamberJson(const std::optional<ChamberCycle>& chamber);

// Nothing of what is no such object, or holds other than numbers above zero and 20 widths.
std::optional<ChamberCycle> chamberFromJson(const nlohmann::json& json);

}  // namespace cmr
