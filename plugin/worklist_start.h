// What a query asks of the moment at which a step starts.
#pragma once

#include <optional>
#include <string>

namespace cmr {

// Two keys, ScheduledProcedureStepStartDate and ScheduledProcedureStepStartTime (PS3.4 C.2.2.2.1,
// C.2.2.2.5). A time whose seconds or minutes are left out is all the time that it may be (PS3.5
// 6.2, TM: it is not precise to them). When both are ranges they are one period, from the first
// date and time to the last (table K.6-1).
class AskedStart {
 public:
  // Empty: a key is not written as the standard has it.
  static std::optional<AskedStart> read(const std::string& dateKey, const std::string& timeKey);

  // date: 20260131; time: 083000 or empty. An unknown time meets no key that has a value
  // (K.2.2.1.1.1).
  bool holds(const std::string& date, const std::string& time) const;

 private:
  struct Range {
    std::string from;  // empty: open
    std::string to;
    bool isRange = false;
  };

  static std::optional<Range> readDates(const std::string& key);
  static std::optional<Range> readTimes(const std::string& key);
  static bool isWithin(const Range& range, const std::string& value);

  Range dates_;
  Range times_;  // to microseconds: texts of one length
};

// `time` (083000) written so that Orthanc, which compares texts, lets it through its own comparison
// with `timeKey`: in full, with a fraction, or less precise. Empty: there is no such way.
std::string timeWrittenFor(const std::string& timeKey, const std::string& time);

}  // namespace cmr
