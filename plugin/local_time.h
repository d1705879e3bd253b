// The server's clock as rules read it.
#pragma once

#include "config/time_window.h"

namespace cmr {

LocalTime localTimeNow();

}  // namespace cmr
