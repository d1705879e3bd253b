// The server's clock: as rules read it, and as it is kept.
#pragma once

#include <cstdint>

#include "config/time_window.h"

namespace cmr {

LocalTime localTimeNow();
std::int64_t unixNowMs();

}  // namespace cmr
