#include "plugin/circuit_breaker.h"

#include <gmock/gmock.h>

namespace cmr {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class CircuitBreakerTest : public ::testing::Test {
 protected:
  CircuitBreakerTest() : breaker({3, 3, milliseconds(1000), milliseconds(3000)}) {}
  void fail(const std::string& job, FailureCause cause, const std::string& package = "p") {
    AnalysisOutcome outcome;
    outcome.reason = "killed by signal 11";
    outcome.cause = cause;
    breaker.record(requestOf(job, package), outcome, at(nowMs));
  }
  void answer(const std::string& job, const std::string& package = "p") {
    AnalysisOutcome outcome;
    outcome.kind = OutcomeKind::analysed;
    breaker.record(requestOf(job, package), outcome, at(nowMs));
  }
  bool isOpen(const std::string& package = "p") {
    return !breaker.problem(package, at(nowMs)).empty();
  }
  static AnalysisRequest requestOf(const std::string& job, const std::string& package) {
    AnalysisRequest request;
    request.jobId = job;
    request.packageSha256 = package;
    return request;
  }
  static CircuitBreaker::Time at(int ms) { return CircuitBreaker::Time(milliseconds(ms)); }

  CircuitBreaker breaker;
  int nowMs = 0;
};

TEST_F(CircuitBreakerTest, DifferentJobsThatKillTheWorkerInARowOpenIt) {
  fail("a", FailureCause::crash);
  fail("b", FailureCause::silence);
  EXPECT_FALSE(isOpen());
  fail("c", FailureCause::deadline);
  EXPECT_TRUE(isOpen());
  EXPECT_THAT(breaker.problem("p", at(nowMs)), HasSubstr("signal 11"));
}

TEST_F(CircuitBreakerTest, AFailureThatAnotherJobsImagesMayHaveCausedSaysNothing) {
  fail("a", FailureCause::crash);
  fail("b", FailureCause::crash);
  AnalysisOutcome beside;
  beside.cause = FailureCause::crash;
  beside.besideHint = true;
  breaker.record(requestOf("c", "p"), beside, at(nowMs));
  EXPECT_FALSE(isOpen());
  fail("d", FailureCause::crash);
  EXPECT_TRUE(isOpen());
}

TEST_F(CircuitBreakerTest, OneJobThatKillsEveryWorkerIsItsOwnTrouble) {
  for (int i = 0; i < 10; ++i) fail("a", FailureCause::crash);
  EXPECT_FALSE(isOpen());
}

TEST_F(CircuitBreakerTest, AWorkerThatCannotBeginOpensItWithOneJobToo) {
  for (int i = 0; i < 3; ++i) fail("a", FailureCause::package);
  EXPECT_TRUE(isOpen());
}

TEST_F(CircuitBreakerTest, AnAnswerInBetweenKeepsItClosed) {
  fail("a", FailureCause::crash);
  fail("b", FailureCause::crash);
  answer("c");
  fail("d", FailureCause::crash);
  EXPECT_FALSE(isOpen());
}

TEST_F(CircuitBreakerTest, WhatTheWorkerLivesThroughDoesNotCount) {
  for (const char* job : {"a", "b", "c", "d"}) fail(job, FailureCause::analysis);
  for (const char* job : {"a", "b", "c", "d"}) fail(job, FailureCause::memory);
  for (const char* job : {"a", "b", "c", "d"}) fail(job, FailureCause::other);
  EXPECT_FALSE(isOpen());
}

TEST_F(CircuitBreakerTest, AfterAPauseOneTrialDecidesAndPausesGrow) {
  for (const char* job : {"a", "b", "c"}) fail(job, FailureCause::crash);
  nowMs = 1000;
  EXPECT_FALSE(isOpen());
  fail("d", FailureCause::crash);
  EXPECT_TRUE(isOpen());
  nowMs = 2999;
  EXPECT_TRUE(isOpen());
  nowMs = 3000;
  EXPECT_FALSE(isOpen());
  fail("e", FailureCause::crash);
  nowMs = 5999;  // 3000, not 4000: the largest pause
  EXPECT_TRUE(isOpen());
  nowMs = 6000;
  answer("e");
  fail("f", FailureCause::crash);
  EXPECT_FALSE(isOpen());
}

TEST_F(CircuitBreakerTest, AfterAPauseOneWorkerTriesAndTheOthersWaitForItsOutcome) {
  for (const char* job : {"a", "b", "c"}) fail(job, FailureCause::crash);
  EXPECT_FALSE(breaker.admit("p", at(999)));
  nowMs = 1000;
  CircuitBreaker::Pass trial = breaker.admit("p", at(nowMs));
  ASSERT_TRUE(trial);
  EXPECT_FALSE(breaker.admit("p", at(nowMs)));
  EXPECT_THAT(breaker.problem("p", at(nowMs)), HasSubstr("one job is tried"));
  EXPECT_TRUE(breaker.admit("another", at(nowMs)));
  fail("d", FailureCause::crash);
  trial.reset();
  EXPECT_FALSE(breaker.admit("p", at(2999)));
  nowMs = 3000;
  trial = breaker.admit("p", at(nowMs));
  ASSERT_TRUE(trial);
  answer("d");
  const CircuitBreaker::Pass two[] = {breaker.admit("p", at(nowMs)), breaker.admit("p", at(nowMs))};
  EXPECT_TRUE(two[0]);
  EXPECT_TRUE(two[1]);
}

TEST_F(CircuitBreakerTest, ATrialThatSaysNothingGivesItsPlaceToTheNext) {
  for (const char* job : {"a", "b", "c"}) fail(job, FailureCause::crash);
  nowMs = 1000;
  EXPECT_TRUE(breaker.admit("p", at(nowMs)));  // and it ends: its job was cancelled
  EXPECT_TRUE(breaker.admit("p", at(nowMs)));
}

TEST_F(CircuitBreakerTest, FailuresThatWereUnderWayWhenItOpenedDoNotLengthenThePause) {
  for (const char* job : {"a", "b", "c", "d", "e"}) fail(job, FailureCause::crash);
  nowMs = 1000;
  EXPECT_FALSE(isOpen());
}

TEST_F(CircuitBreakerTest, AnotherPackageMayBeTriedAtOnce) {
  for (const char* job : {"a", "b", "c"}) fail(job, FailureCause::crash);
  EXPECT_TRUE(isOpen());
  EXPECT_FALSE(isOpen("another"));
  fail("a", FailureCause::crash, "another");
  EXPECT_FALSE(isOpen("another"));
}

TEST_F(CircuitBreakerTest, APackageThatWorksHidesNoneThatFails) {
  for (const char* job : {"a", "b", "c"}) {
    fail(job, FailureCause::crash);
    answer(job, "another");
  }
  EXPECT_TRUE(isOpen());
  EXPECT_FALSE(isOpen("another"));
  answer("d", "another");
  EXPECT_TRUE(isOpen());
}

}  // namespace
}  // namespace cmr
