// What the heads for lge_presence and disease say, as results.json has it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/first_look.h"

namespace cmr {

// By task: the most probable class with its evidence and release, all probabilities, and those of
// each slice (null where no ventricle was seen). A head whose classes are all "off" is marked as
// experimental: nothing but this document holds what it says.
nlohmann::ordered_json pathologyJson(const std::vector<FirstLookAnswer>& answers);

}  // namespace cmr
