#include "config/time_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cmr {
namespace {

using ::testing::HasSubstr;

TimeWindow window(const std::string& json) {
  return readTimeWindow(nlohmann::json::parse(json), DocumentPlace("x"));
}

bool holdsAt(const std::string& json, const std::string& time) {
  return window(json).holds(*readLocalTime(time));
}

TEST(TimeWindow, BeginsWithItsFirstMinuteAndEndsBeforeItsLast) {
  const std::string day = R"({"from": "08:00", "to": "17:30"})";
  EXPECT_TRUE(holdsAt(day, "Mon 08:00"));
  EXPECT_TRUE(holdsAt(day, "Sun 17:29"));
  EXPECT_FALSE(holdsAt(day, "Mon 17:30"));
  EXPECT_FALSE(holdsAt(day, "Mon 07:59"));
}

TEST(TimeWindow, GoesOverMidnightAndBelongsToTheDayOnWhichItBegan) {
  const std::string night = R"({"from": "20:00", "to": "06:00", "days": ["Fri", "Sat"]})";
  EXPECT_TRUE(holdsAt(night, "Fri 20:00"));
  EXPECT_TRUE(holdsAt(night, "Sat 05:59"));
  EXPECT_TRUE(holdsAt(night, "Sun 05:59"));
  EXPECT_FALSE(holdsAt(night, "Fri 05:00"));
  EXPECT_FALSE(holdsAt(night, "Sun 20:00"));
  EXPECT_FALSE(holdsAt(night, "Sat 12:00"));
}

TEST(TimeWindow, EqualEndsAreTheWholeDay) {
  const std::string sunday = R"({"from": "00:00", "to": "00:00", "days": ["Sun"]})";
  EXPECT_TRUE(holdsAt(sunday, "Sun 00:00"));
  EXPECT_TRUE(holdsAt(sunday, "Sun 23:59"));
  EXPECT_FALSE(holdsAt(sunday, "Mon 00:00"));
  EXPECT_FALSE(holdsAt(sunday, "Sat 23:59"));
}

// The wait ends in the first minute that holds, at any minute of the week.
TEST(TimeWindow, TheWaitEndsWhenTheWindowOpens) {
  for (const char* json : {R"({"from": "20:00", "to": "06:00", "days": ["Sat"]})",
                           R"({"from": "12:00", "to": "12:01"})"}) {
    const TimeWindow any = window(json);
    for (int at = 0; at < 7 * 1440; at += 7) {
      const auto time = [&](int minutes) {
        const int later = at + minutes;
        return LocalTime{later / 1440 % 7, later % 1440};
      };
      const int wait = any.minutesUntilOpen(time(0));
      EXPECT_TRUE(any.holds(time(wait)));
      EXPECT_EQ(wait == 0, any.holds(time(0)));
      if (wait > 0) {
        EXPECT_FALSE(any.holds(time(wait - 1)));
      }
    }
  }
}

TEST(TimeWindow, IsDescribedAsItWasWritten) {
  EXPECT_EQ(describe(window(R"({"from": "20:05", "to": "06:00", "days": ["Sat", "Mon"]})")),
            "from 20:05 to 06:00 on Mon, Sat");
  EXPECT_EQ(describe(*readLocalTime("Tue 09:07")), "Tue 09:07");
  EXPECT_FALSE(readLocalTime("Tuesday"));
  EXPECT_FALSE(readLocalTime("Tue 24:00"));
}

TEST(TimeWindow, MistakesAreRefused) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"("20:00")", "must be an object"},
      {R"({"from": "20:00"})", "needs \"to\""},
      {R"({"from": "8:00", "to": "09:00"})", "from must be a time"},
      {R"({"from": "08:00", "to": "24:00"})", "to must be a time"},
      {R"({"from": "08:00", "to": "09:60"})", "to must be a time"},
      {R"({"from": 8, "to": "09:00"})", "from must be a time"},
      {R"({"from": "08:00", "to": "09:00", "day": ["Mon"]})", "did you mean \"days\"?"},
      {R"({"from": "08:00", "to": "09:00", "days": []})", "a list with entries"},
      {R"({"from": "08:00", "to": "09:00", "days": ["mon"]})", "days[0] must be one of"}};
  for (const auto& [json, expected] : cases) {
    try {
      window(json);
      ADD_FAILURE() << json;
    } catch (const DocumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(expected));
    }
  }
}

}  // namespace
}  // namespace cmr
