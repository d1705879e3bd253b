#include "plugin/retention.h"

#include <gmock/gmock.h>

#include "plugin/audit_trail.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

constexpr std::int64_t hourMs = 3600000;

class RetentionTest : public ServiceFixture {
 protected:
  RetentionTest() { store->cancel(submit("a"), "by hand"); }
  Retention retention(hours age, hours ofAudit = hours(0)) {
    return Retention(*store, {age, ofAudit}, logCallback(), [this] { return wallMs; });
  }
  // As often as it takes to act once; both clocks go on alike.
  void actOnce(Retention kept) {
    kept.step(after(hours(0)));
    wallMs += hourMs;
    kept.step(after(hours(1)));
  }
  static std::chrono::steady_clock::time_point after(hours time) {
    return std::chrono::steady_clock::time_point(time);
  }
  // Later than the real time at which the job above was cancelled.
  static constexpr std::int64_t start = std::int64_t{1} << 45;
  std::int64_t wallMs = start;
};

TEST_F(RetentionTest, WhatFinishedLongAgoIsForgotten) {
  actOnce(retention(hours(24)));
  EXPECT_TRUE(jobs().empty());
}

TEST_F(RetentionTest, AnAgeOfZeroKeepsAll) {
  actOnce(retention(hours(0)));
  EXPECT_EQ(jobs().size(), 1U);
}

TEST_F(RetentionTest, WhatIsYoungerStays) {
  actOnce(retention(hours(wallMs / hourMs)));
  EXPECT_EQ(jobs().size(), 1U);
}

TEST_F(RetentionTest, AClockThatJumpsForgetsNothing) {
  const std::int64_t ahead = wallMs;
  wallMs = 1000;
  Retention kept = retention(hours(24));
  kept.step(after(hours(0)));
  wallMs = ahead;
  kept.step(after(hours(2)));
  EXPECT_EQ(jobs().size(), 1U);
  EXPECT_THAT(log, HasSubstr("clock was set"));
}

TEST_F(RetentionTest, AClockThatIsWrongAtTheStartAndSetSoonForgetsNothing) {
  const std::int64_t right = wallMs;
  wallMs += 10 * 365 * 24 * hourMs;
  Retention kept = retention(hours(24) * (right / hourMs / 24 + 1));
  kept.step(after(hours(0)));
  wallMs = right + hourMs;
  kept.step(after(hours(1)));
  EXPECT_EQ(jobs().size(), 1U);
  EXPECT_THAT(log, HasSubstr("clock was set"));
}

TEST_F(RetentionTest, TheAuditTrailHasAnAgeOfItsOwn) {
  store->setMode(JobStore::Mode::paused, {"anna", "operator"});
  actOnce(retention(hours(24)));
  EXPECT_EQ(AuditTrail(*store).list({}).size(), 1U);
  actOnce(retention(hours(0), hours(24)));
  EXPECT_TRUE(AuditTrail(*store).list({}).empty());
}

TEST_F(RetentionTest, OpenExamsGoByTheirDate) {
  for (const char* date : {"20200101", "20990101"}) {
    JobStore::ScheduledExam exam;
    exam.id = exam.AccessionNumber = exam.startDate = date;
    exam.attributesJson = "{}";
    store->schedule(exam);
  }
  actOnce(Retention(*store, {hours(0), hours(0), 7}, logCallback(), [this] { return wallMs; }));
  ASSERT_EQ(store->scheduledExams(10, 0).size(), 1U);
  EXPECT_EQ(store->scheduledExams(10, 0)[0].startDate, "20990101");
  EXPECT_EQ(jobs().size(), 1U);
}

TEST_F(RetentionTest, ItActsOnceAnHour) {
  Retention kept = retention(hours(24));
  const auto stepAt = [&](int hour) {
    while (wallMs < start + hour * hourMs) wallMs += hourMs;
    kept.step(after(hours(hour)));
  };
  stepAt(0);
  stepAt(1);  // there may be more: once again
  stepAt(1);
  store->cancel(submit("b"), "by hand");
  stepAt(1);
  EXPECT_EQ(jobs().size(), 1U);
  stepAt(2);
  EXPECT_TRUE(jobs().empty());
}

}  // namespace
}  // namespace cmr
