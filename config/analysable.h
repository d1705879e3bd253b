// What no rule can have analysed.
#pragma once

#include <string>

#include "config/rules.h"

namespace cmr {

// Why a series is never analysed, whatever the rules say: this program wrote it (`own`), or it is
// no MR image by its Modality or SOPClassUID. Empty: it may be.
std::string barOf(const SeriesFacts& facts, bool own);

}  // namespace cmr
