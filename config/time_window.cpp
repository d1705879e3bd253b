#include "config/time_window.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "config/known_keys.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr int minutesPerDay = 24 * 60;
constexpr int daysPerWeek = 7;

const std::vector<std::string> dayNames{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<int> minuteOf(const std::string& text) {
  const auto digit = [&](std::size_t i) {
    return std::isdigit(static_cast<unsigned char>(text[i]));
  };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = std::stoi(text.substr(0, 2));
  const int minute = std::stoi(text.substr(3));
  if (hour > 23 || minute > 59) return std::nullopt;
  return 60 * hour + minute;
}

std::optional<int> dayOf(const std::string& text) {
  const auto found = std::find(dayNames.begin(), dayNames.end(), text);
  if (found == dayNames.end()) return std::nullopt;
  return static_cast<int>(found - dayNames.begin());
}

int readMinute(const Json& window, const char* key, const DocumentPlace& place) {
  const auto entry = window.find(key);
  if (entry == window.end()) place.refuse(std::string("needs \"") + key + "\", such as \"20:00\"");
  const auto minute = entry->is_string() ? minuteOf(entry->get<std::string>()) : std::nullopt;
  if (!minute) place.at(key).refuse("must be a time from \"00:00\" to \"23:59\"");
  return *minute;
}

std::vector<int> readDays(const Json& list, const DocumentPlace& place) {
  if (!list.is_array() || list.empty()) place.refuse("must be a list with entries");
  std::vector<int> days;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto day = list[i].is_string() ? dayOf(list[i].get<std::string>()) : std::nullopt;
    if (!day) place.at(i).refuse("must be one of \"Mon\" to \"Sun\"");
    days.push_back(*day);
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

std::string clockText(int minute) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d", minute / 60, minute % 60);
  return text.data();
}

}  // namespace

bool TimeWindow::holds(const LocalTime& time) const {
  const auto beginsOn = [&](int day) {
    return days.empty() || std::find(days.begin(), days.end(), day) != days.end();
  };
  const int yesterday = (time.weekday + daysPerWeek - 1) % daysPerWeek;
  if (from < to) return beginsOn(time.weekday) && time.minute >= from && time.minute < to;
  return (time.minute >= from && beginsOn(time.weekday)) ||
         (time.minute < to && beginsOn(yesterday));
}

int TimeWindow::minutesUntilOpen(const LocalTime& time) const {
  for (int minutes = 0; minutes < daysPerWeek * minutesPerDay; ++minutes) {
    const int minute = time.minute + minutes;
    if (holds({(time.weekday + minute / minutesPerDay) % daysPerWeek, minute % minutesPerDay})) {
      return minutes;
    }
  }
  return daysPerWeek * minutesPerDay;
}

const std::vector<std::string>& timeWindowKeys() {
  static const std::vector<std::string> keys{"from", "to", "days"};
  return keys;
}

TimeWindow readTimeWindow(const Json& value, const DocumentPlace& place) {
  if (!value.is_object()) place.refuse("must be an object with \"from\" and \"to\"");
  refuseUnknownKeys(value, timeWindowKeys(), place);
  TimeWindow window;
  window.from = readMinute(value, "from", place);
  window.to = readMinute(value, "to", place);
  if (value.contains("days")) window.days = readDays(value.at("days"), place.at("days"));
  return window;
}

std::string describe(const TimeWindow& window) {
  std::string text = "from " + clockText(window.from) + " to " + clockText(window.to);
  for (std::size_t i = 0; i < window.days.size(); ++i) {
    text += (i == 0 ? " on " : ", ") + dayNames[static_cast<std::size_t>(window.days[i])];
  }
  return text;
}

std::string describe(const LocalTime& time) {
  return dayNames[static_cast<std::size_t>(time.weekday)] + " " + clockText(time.minute);
}

std::optional<LocalTime> readLocalTime(const std::string& text) {
  if (text.size() != 9 || text[3] != ' ') return std::nullopt;
  const auto day = dayOf(text.substr(0, 3));
  const auto minute = minuteOf(text.substr(4));
  if (!day || !minute) return std::nullopt;
  return LocalTime{*day, *minute};
}

}  // namespace cmr
