#include "plugin/worklist_start.h"

#include <algorithm>
#include <array>

namespace cmr {
namespace {

constexpr const char* firstMoment = "000000000000";  // HHMMSSFFFFFF
constexpr const char* lastMoment = "235959999999";

std::string trimmedKey(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool onlyDigits(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isKeyDate(const std::string& text) { return text.size() == 8 && onlyDigits(text); }

bool isKeyTime(const std::string& text) {
  const std::size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  if (!onlyDigits(whole) || (whole.size() != 2 && whole.size() != 4 && whole.size() != 6)) {
    return false;
  }
  if (point == std::string::npos) return true;
  const std::string fraction = text.substr(point + 1);
  return whole.size() == 6 && !fraction.empty() && fraction.size() <= 6 && onlyDigits(fraction);
}

// The rest of it from `others`.
std::string toMoment(std::string time, const char* others) {
  time.erase(std::remove(time.begin(), time.end(), '.'), time.end());
  return time + (others + time.size());
}

struct KeyEnds {
  std::string from;
  std::string to;
};

KeyEnds keyEndsOf(const std::string& key) {
  const std::size_t dash = key.find('-');
  if (dash == std::string::npos) return {key, key};
  return {trimmedKey(key.substr(0, dash)), trimmedKey(key.substr(dash + 1))};
}

}  // namespace

std::optional<AskedStart::Range> AskedStart::readDates(const std::string& key) {
  if (key.empty()) return Range{};
  const KeyEnds ends = keyEndsOf(key);
  for (const std::string& end : {ends.from, ends.to}) {
    if (!end.empty() && !isKeyDate(end)) return std::nullopt;
  }
  return Range{ends.from, ends.to, key.find('-') != std::string::npos};
}

std::optional<AskedStart::Range> AskedStart::readTimes(const std::string& key) {
  if (key.empty()) return Range{};
  const KeyEnds ends = keyEndsOf(key);
  for (const std::string& end : {ends.from, ends.to}) {
    if (!end.empty() && !isKeyTime(end)) return std::nullopt;
  }
  // A fraction names a moment: what it leaves out is nothing.
  const auto last = [](const std::string& time) {
    return toMoment(time, time.find('.') == std::string::npos ? lastMoment : firstMoment);
  };
  return Range{ends.from.empty() ? firstMoment : toMoment(ends.from, firstMoment),
               ends.to.empty() ? lastMoment : last(ends.to), key.find('-') != std::string::npos};
}

std::optional<AskedStart> AskedStart::read(const std::string& dateKey, const std::string& timeKey) {
  const auto dates = readDates(trimmedKey(dateKey));
  const auto times = readTimes(trimmedKey(timeKey));
  if (!dates || !times) return std::nullopt;
  AskedStart start;
  start.dates_ = *dates;
  start.times_ = *times;
  return start;
}

bool AskedStart::isWithin(const Range& range, const std::string& value) {
  return (range.from.empty() || value >= range.from) && (range.to.empty() || value <= range.to);
}

bool AskedStart::holds(const std::string& date, const std::string& time) const {
  const bool asksForTime = !times_.from.empty();
  if (!asksForTime) return isWithin(dates_, date);
  if (time.empty()) return false;
  const std::string moment = toMoment(time, firstMoment);
  if (!dates_.isRange || !times_.isRange) return isWithin(dates_, date) && isWithin(times_, moment);
  return (dates_.from.empty() || date + moment >= dates_.from + times_.from) &&
         (dates_.to.empty() || date + moment <= dates_.to + times_.to);
}

std::string timeWrittenFor(const std::string& timeKey, const std::string& time) {
  const std::string key = trimmedKey(timeKey);
  const KeyEnds ends = keyEndsOf(key);
  const auto passes = [&](const std::string& text) {
    return (ends.from.empty() || text >= ends.from) && (ends.to.empty() || text <= ends.to);
  };
  const std::array ways{time,
                        time + ".0",
                        time + ".00",
                        time + ".000",
                        time + ".0000",
                        time + ".00000",
                        time + ".000000",
                        time.substr(0, 4),
                        time.substr(0, 2)};
  const auto way = std::find_if(ways.begin(), ways.end(), passes);
  return way == ways.end() ? std::string() : *way;
}

}  // namespace cmr
