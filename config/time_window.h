// Hours of the week in the server's local time: "from 20:00 to 06:00 on Sat and Sun".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/document_place.h"

namespace cmr {

struct LocalTime {
  int weekday = 0;  // 0: Sunday, as in std::tm
  int minute = 0;   // of the day, [0, 1440)
};

// From `from` (included) to `to` (excluded); over midnight when `to` is not later, and the whole
// day when they are equal. `days` are those on which the window begins.
struct TimeWindow {
  int from = 0;  // minute of the day
  int to = 0;
  std::vector<int> days;  // sorted; empty: every day

  bool holds(const LocalTime& time) const;
  // Minutes until the window opens; 0 while it is open.
  int minutesUntilOpen(const LocalTime& time) const;
};

// {"from": "20:00", "to": "06:00", "days": ["Sat", "Sun"]}; days may be left out. Throws
// DocumentError.
TimeWindow readTimeWindow(const nlohmann::json& value, const DocumentPlace& place);
const std::vector<std::string>& timeWindowKeys();

std::string describe(const TimeWindow& window);  // "from 20:00 to 06:00 on Sat, Sun"
std::string describe(const LocalTime& time);     // "Sat 21:30"
// "Sat 21:30"; empty when the text is something else.
std::optional<LocalTime> readLocalTime(const std::string& text);

}  // namespace cmr
