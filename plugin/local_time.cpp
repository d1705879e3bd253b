#include "plugin/local_time.h"

#include <ctime>

namespace cmr {

LocalTime localTimeNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return {parts.tm_wday, 60 * parts.tm_hour + parts.tm_min};
}

}  // namespace cmr
