// What no rule can have analysed.
#pragma once

#include <string>
#include <vector>

#include "config/rules.h"

namespace cmr {

inline constexpr const char* analysableModality = "MR";
// PS3.6 A: MR Image, Enhanced MR Image, Legacy Converted Enhanced MR Image Storage.
const std::vector<std::string>& analysableClasses();

// Why a series is never analysed, whatever the rules say: this program wrote it (`own`), or it is
// no MR image by its Modality or SOPClassUID. Empty: it may be.
std::string barOf(const SeriesFacts& facts, bool own);

}  // namespace cmr
