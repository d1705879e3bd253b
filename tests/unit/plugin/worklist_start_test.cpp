#include "plugin/worklist_start.h"

#include <gtest/gtest.h>

namespace cmr {
namespace {

bool holds(const std::string& dateKey, const std::string& timeKey, const std::string& date,
           const std::string& time) {
  const auto start = AskedStart::read(dateKey, timeKey);
  return start && start->holds(date, time);
}

bool timeHolds(const std::string& key, const std::string& time) {
  return holds("", key, "20991229", time);
}

TEST(WorklistStart, ADateIsOneOrWithinARangeWithBothEnds) {
  EXPECT_TRUE(holds("20991229", "", "20991229", ""));
  EXPECT_FALSE(holds("20991229", "", "20991230", ""));
  EXPECT_TRUE(holds("20991229-20991230", "", "20991230", ""));
  EXPECT_FALSE(holds("20991229-20991230", "", "20991231", ""));
  EXPECT_TRUE(holds("-20991230", "", "20000101", ""));
  EXPECT_FALSE(holds("20991230-", "", "20991229", ""));
  EXPECT_TRUE(holds("", "", "20991229", ""));
}

TEST(WorklistStart, ATimeWithoutSecondsIsTheWholeMinute) {
  for (const std::string key : {"0900", "09", "0900-0900", "09-09", "-0900", "0900-", "090000",
                                "090000.000", "090000.0-090000.0", " 0900 "}) {
    EXPECT_TRUE(timeHolds(key, "090000")) << key;
  }
  EXPECT_TRUE(timeHolds("0900", "090059"));
  EXPECT_FALSE(timeHolds("0900", "090100"));
  EXPECT_TRUE(timeHolds("080000-09", "095959"));
  EXPECT_FALSE(timeHolds("080000-09", "100000"));
  EXPECT_FALSE(timeHolds("090000.5-", "090000"));
  EXPECT_FALSE(timeHolds("-085959", "090000"));
}

// PS3.4 K.2.2.1.1.1: an unknown value fails to match any value.
TEST(WorklistStart, AnUnknownTimeMeetsNoKeyButTheEmptyOne) {
  for (const std::string key : {"-0900", "0900-", "0900", "000000-235959"}) {
    EXPECT_FALSE(timeHolds(key, "")) << key;
  }
  EXPECT_TRUE(timeHolds("", ""));
}

TEST(WorklistStart, RangesOfDateAndTimeAreOnePeriod) {
  const auto within = [](const std::string& date, const std::string& time) {
    return holds("20991229-20991230", "080000-093000", date, time);
  };
  EXPECT_TRUE(within("20991229", "230000"));
  EXPECT_TRUE(within("20991229", "080000"));
  EXPECT_FALSE(within("20991229", "075959"));
  EXPECT_TRUE(within("20991230", "010000"));
  EXPECT_TRUE(within("20991230", "093000"));
  EXPECT_FALSE(within("20991230", "093001"));
  EXPECT_FALSE(holds("20991229", "080000-093000", "20991229", "230000"));
  EXPECT_FALSE(holds("20991229-20991230", "0800", "20991229", "230000"));
  EXPECT_TRUE(holds("20991229-", "080000-093000", "20991231", "230000"));
  EXPECT_FALSE(holds("-20991230", "080000-093000", "20991230", "230000"));
}

TEST(WorklistStart, WhatTheStandardDoesNotKnowIsNotRead) {
  for (const std::string key :
       {"9", "09:00", "0900-0930-1000", "9am", "0900.5", "090000.", "090000.1234567"}) {
    EXPECT_FALSE(AskedStart::read("", key)) << key;
  }
  EXPECT_FALSE(AskedStart::read("2099.12.29", ""));
  EXPECT_FALSE(AskedStart::read("209912", ""));
}

TEST(WorklistStart, ATimeIsWrittenSoThatTextsOfTheKeyLetItThrough) {
  EXPECT_EQ(timeWrittenFor("080000-093000", "083000"), "083000");
  EXPECT_EQ(timeWrittenFor("0900", "090000"), "0900");
  EXPECT_EQ(timeWrittenFor("09", "091500"), "09");
  EXPECT_EQ(timeWrittenFor("0900-0900", "090000"), "0900");
  EXPECT_EQ(timeWrittenFor("080000-0900", "090000"), "0900");
  EXPECT_EQ(timeWrittenFor("090000.000", "090000"), "090000.000");
  EXPECT_EQ(timeWrittenFor("090000.00-093000.00", "090000"), "090000.00");
  EXPECT_EQ(timeWrittenFor("080000-093000", "230000"), "");
}

}  // namespace
}  // namespace cmr
