#include "plugin/change_watermark.h"

#include <gmock/gmock.h>

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ChangeWatermark, StandsAtWhatWasReadWhenNothingArrived) {
  ChangeWatermark watermark(7);
  watermark.readUpTo(12);
  EXPECT_EQ(watermark.dealtWith(), 12);
}

TEST(ChangeWatermark, StaysBeforeTheOldestInstanceThatNobodyLookedAt) {
  ChangeWatermark watermark;
  watermark.arrived("a", 3);
  watermark.arrived("b", 5);
  watermark.readUpTo(9);
  EXPECT_EQ(watermark.dealtWith(), 2);
  watermark.settled("a");
  EXPECT_EQ(watermark.dealtWith(), 4);
  watermark.settled("b");
  EXPECT_EQ(watermark.dealtWith(), 9);
}

TEST(ChangeWatermark, KeepsTheFirstArrivalOfAnInstanceThatCameTwice) {
  ChangeWatermark watermark;
  watermark.arrived("a", 3);
  watermark.arrived("a", 8);
  watermark.readUpTo(9);
  EXPECT_EQ(watermark.dealtWith(), 2);
  watermark.settled("a");
  EXPECT_EQ(watermark.dealtWith(), 9);
}

TEST(ChangeWatermark, ListsTheOldestFirst) {
  ChangeWatermark watermark;
  watermark.arrived("late", 30);
  watermark.arrived("early", 4);
  watermark.arrived("middle", 9);
  EXPECT_THAT(watermark.unsettled(2), ElementsAre("early", "middle"));
  watermark.settled("early");
  EXPECT_THAT(watermark.unsettled(9), ElementsAre("middle", "late"));
  EXPECT_FALSE(watermark.isUnsettled("early"));
  EXPECT_TRUE(watermark.isUnsettled("late"));
}

TEST(ChangeWatermark, SettlingTheUnknownChangesNothing) {
  ChangeWatermark watermark(5);
  watermark.settled("never seen");
  EXPECT_EQ(watermark.dealtWith(), 5);
  EXPECT_THAT(watermark.unsettled(9), IsEmpty());
}

}  // namespace
}  // namespace cmr
