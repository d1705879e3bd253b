#include "plugin/local_time.h"

#include <chrono>
#include <ctime>

namespace cmr {

LocalTime localTimeNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return {parts.tm_wday, 60 * parts.tm_hour + parts.tm_min};
}

std::int64_t unixNowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace cmr
