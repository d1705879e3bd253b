// Running the queue: pause, drain, order, priorities, dead jobs in bulk, forgetting, clocks.
#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JobQueueTest : public JobStoreTest {
 protected:
  std::string submitInto(const std::string& study, const std::string& series, int priority = 0,
                         const std::string& content = "") {
    JobSubmission submission = submissionOf(series);
    submission.orthancStudyId = study;
    submission.priority = priority;
    submission.contentFingerprint += content;
    submission.key.clear();
    return store->submit(submission).jobId;
  }
  std::string claimedId() {
    const auto lease = store->claim("20260101120000");
    return lease ? lease->job.id : std::string();
  }
  void finishWithObject(const Lease& lease, const std::string& uid) {
    store->finishAnalysed(lease, {objectOf(uid, uid)}, "{\"a\": 1}");
    store->markStored(lease.job.id, 0);
  }
  void die(const std::string& reason, FailureCause cause) {
    for (int i = 0; i < settings.maxAttempts; ++i) {
      store->finishFailed(claim(), reason, cause);
      now += 10000000;
    }
  }
  static std::int64_t farFuture() { return std::int64_t{1} << 50; }
};

TEST_F(JobQueueTest, NothingIsTakenWhilePausedAlsoAfterARestart) {
  const std::string id = submit("a");
  store->setMode(JobStore::Mode::paused);
  EXPECT_EQ(claimedId(), "");
  open();
  EXPECT_EQ(store->mode(), JobStore::Mode::paused);
  EXPECT_EQ(claimedId(), "");
  store->setMode(JobStore::Mode::running);
  EXPECT_EQ(claimedId(), id);
}

TEST_F(JobQueueTest, DrainingTakesWhatWasThereAndLeavesWhatComes) {
  const std::string before = submit("a");
  store->setMode(JobStore::Mode::draining);
  const std::string after = submit("b");
  EXPECT_FALSE(store->isDrained());
  open();
  const Lease lease = claim();
  EXPECT_EQ(lease.job.id, before);
  EXPECT_EQ(claimedId(), "");
  EXPECT_FALSE(store->isDrained());
  store->finishAnalysed(lease, {}, "{}");
  EXPECT_TRUE(store->isDrained());
  EXPECT_EQ(claimedId(), "");
  store->setMode(JobStore::Mode::running);
  EXPECT_FALSE(store->isDrained());
  EXPECT_EQ(claimedId(), after);
}

TEST_F(JobQueueTest, UrgentComesFirstAndBackfillLast) {
  const std::string backfill = submit("a");
  const std::string routine = submit("b");
  const std::string urgent = submit("c");
  store->setPriority(backfill, backfillPriority);
  store->setPriority(urgent, urgentPriority);
  EXPECT_EQ(claimedId(), urgent);
  EXPECT_EQ(claimedId(), routine);
  EXPECT_EQ(claimedId(), backfill);
}

TEST_F(JobQueueTest, AJobThatEndedHasNoPriorityToChange) {
  const std::string id = submit("a");
  store->cancel(id, "by hand");
  EXPECT_THROW(store->setPriority(id, 1), InputError);
  EXPECT_THROW(store->setPriority("unknown", 1), InputError);
}

TEST_F(JobQueueTest, AnUrgentJobWhoseAttemptFailedStillComesFirstWhenItIsDue) {
  const std::string urgent = submitInto("s1", "a", urgentPriority);
  const std::string routine = submitInto("s2", "b");
  store->finishFailed(claim(), "memory");
  now += 10000000;
  EXPECT_EQ(claimedId(), urgent);
  EXPECT_EQ(claimedId(), routine);
}

TEST_F(JobQueueTest, AStudysJobsAreTakenInTheirOrderAndOtherStudiesGoOn) {
  const std::string first = submitInto("s1", "a");
  const std::string second = submitInto("s1", "b", urgentPriority - 1);
  const std::string other = submitInto("s2", "c");
  store->setPriority(first, urgentPriority);
  const Lease lease = claim();
  EXPECT_EQ(lease.job.id, first);
  EXPECT_EQ(claimedId(), other);  // the second waits for the first
  store->finishFailed(lease, "memory");
  EXPECT_EQ(claimedId(), "");  // the first waits for its next attempt
  now += 10000000;
  const Lease again = claim();
  EXPECT_EQ(again.job.id, first);
  store->finishNotAnalysable(again, "one slice", "");
  EXPECT_EQ(claimedId(), second);
}

TEST_F(JobQueueTest, AStudysJobsRunOneAtATimeHoweverManyClaim) {
  const std::string earlier = submitInto("s1", "a");
  const std::string later = submitInto("s1", "b", 5);
  const std::string other = submitInto("s2", "c");
  const Lease running = claim();
  EXPECT_EQ(running.job.id, later);
  EXPECT_EQ(claimedId(), other);  // not the earlier one, although it is older
  EXPECT_EQ(claimedId(), "");
  store->finishNotAnalysable(running, "one slice", "");
  EXPECT_EQ(claimedId(), earlier);
}

TEST_F(JobQueueTest, AnEarlierJobWaitsWhileALaterOneOfItsStudyRuns) {
  const std::string earlier = submitInto("s1", "a");
  store->finishFailed(claim(), "memory");
  store->retry(earlier);
  const std::string later = submitInto("s1", "b", urgentPriority);
  const Lease running = claim();
  EXPECT_EQ(running.job.id, later);
  now += 10;
  EXPECT_EQ(claimedId(), "");
  EXPECT_EQ(store->nextAfter(running)->id, earlier);
  store->finishFailed(running, "memory");
  EXPECT_EQ(claimedId(), earlier);
  now += 10000000;  // the later one is due as well
  EXPECT_EQ(claimedId(), "");
}

TEST_F(JobQueueTest, AStudysImagesWaitWhileItsReportIsMade) {
  JobSubmission report = submissionOf("report");
  report.orthancStudyId = "s1";
  report.scope = JobScope::study;
  report.studyDocument = "{}";
  const std::string ofStudy = store->submit(report).jobId;
  const Lease running = claim();
  ASSERT_EQ(running.job.id, ofStudy);
  const std::string images = submitInto("s1", "a");
  const std::string other = submitInto("s2", "b");
  EXPECT_EQ(claimedId(), other);
  EXPECT_EQ(claimedId(), "");
  store->finishAnalysed(running, {}, "{}");
  EXPECT_EQ(claimedId(), images);
}

TEST_F(JobQueueTest, TheNextJobIsToldWithoutBeingTaken) {
  const std::string first = submitInto("study", "a");
  const std::string second = submitInto("study", "b");
  const std::string other = submitInto("other study", "c");
  const Lease lease = claim();
  EXPECT_EQ(store->nextAfter(lease)->id, second);  // although it waits for the first
  EXPECT_EQ(store->job(second)->state, JobState::queued);
  EXPECT_EQ(store->job(second)->attempts, 0);
  store->setPriority(other, 5);
  EXPECT_EQ(store->nextAfter(lease)->id, other);
  store->setMode(JobStore::Mode::paused);
  EXPECT_FALSE(store->nextAfter(lease));
  store->setMode(JobStore::Mode::running);
  store->finishAnalysed(lease, {}, "{}");
  EXPECT_EQ(claimedId(), other);
  EXPECT_EQ(store->nextAfter(lease)->id, second);
  EXPECT_EQ(claimedId(), second);
  EXPECT_FALSE(store->nextAfter(lease));
}

TEST_F(JobQueueTest, ALargerJobCancelsThoseItCoversThatHaveNoResultsYet) {
  const std::string waiting = submitInto("s1", "a");
  const std::string running = submitInto("s1", "a", urgentPriority, "other");  // cancels the first
  EXPECT_EQ(state(waiting), JobState::cancelled);
  const Lease lease = claim();
  EXPECT_EQ(lease.job.id, running);
  JobSubmission both = submissionOf("a");
  both.orthancStudyId = "s1";
  both.orthancSeriesIds.push_back("series-b");
  both.contentFingerprint = "content of both";
  both.key.clear();
  const std::string larger = store->submit(both).jobId;
  EXPECT_EQ(state(running), JobState::cancelled);
  EXPECT_THAT(job(running).reason, HasSubstr(larger));
  EXPECT_EQ(store->finishAnalysed(lease, {objectOf("1.1", "x")}, "{}"), JobStore::Finished::lost);
  EXPECT_EQ(claimedId(), larger);
  // Its images are what they were: it is work again.
  EXPECT_EQ(submitInto("s1", "a", 0, "other"), running);
  EXPECT_EQ(state(running), JobState::queued);
  EXPECT_EQ(state(larger), JobState::leased);
}

TEST_F(JobQueueTest, ASmallerJobCancelsNothing) {
  JobSubmission both = submissionOf("a");
  both.orthancSeriesIds.push_back("series-b");
  const std::string larger = store->submit(both).jobId;
  submitInto(both.orthancStudyId, "a", 0, "other");
  EXPECT_EQ(state(larger), JobState::queued);
}

TEST_F(JobQueueTest, DeadJobsAreListedByCauseAndQueuedAgainInBulk) {
  const std::string first = submit("a");
  die("worker failed: killed", FailureCause::crash);
  const std::string second = submit("b");
  die("too large", FailureCause::memory);
  JobStore::ListFilter filter;
  filter.state = JobState::dead;
  filter.cause = "memory";
  ASSERT_EQ(store->list(filter).size(), 1U);
  EXPECT_EQ(store->list(filter).front().id, second);
  EXPECT_EQ(store->retryDead("crash", 100), 1);
  EXPECT_EQ(state(first), JobState::queued);
  EXPECT_EQ(job(first).attempts, 0);
  EXPECT_EQ(job(first).cause, "");
  EXPECT_EQ(state(second), JobState::dead);
  EXPECT_EQ(store->retryDead("", 100), 1);
  EXPECT_EQ(store->retryDead("", 100), 0);
}

TEST_F(JobQueueTest, ACauseIsKeptWithTheAttempt) {
  const std::string id = submit("a");
  store->finishFailed(claim(), "it took too long", FailureCause::deadline);
  EXPECT_EQ(job(id).cause, "deadline");
  now += 10000000;
  store->finishAnalysed(claim(), {}, "{}");
  EXPECT_EQ(job(id).cause, "");
}

TEST_F(JobQueueTest, DepthsSayHowManyAndSinceWhen) {
  submit("a");
  submit("b");
  claim();
  for (const JobStore::Depth& depth : store->depths()) {
    const bool some = depth.state == JobState::queued || depth.state == JobState::leased;
    EXPECT_EQ(depth.count, some ? 1 : 0) << jobStateName(depth.state);
    EXPECT_EQ(depth.oldestSinceMs.has_value(), some) << jobStateName(depth.state);
  }
}

TEST_F(JobQueueTest, TheOutboxIsCountedUntilItIsStored) {
  submit("a");
  const Lease lease = claim();
  store->finishAnalysed(lease, {objectOf("1.1", "four"), objectOf("1.2", "seventy")}, "{}");
  EXPECT_EQ(store->outbox().objects, 2);
  EXPECT_EQ(store->outbox().bytes, 11);
  store->markStored(lease.job.id, 0);
  EXPECT_EQ(store->outbox().bytes, 7);
  store->markStored(lease.job.id, 1);
  EXPECT_EQ(store->outbox().objects, 0);
}

TEST_F(JobQueueTest, OldJobsWithoutObjectsAreForgottenAndOthersLoseTheirDocumentOnly) {
  const std::string dead = submit("a");
  die("too large", FailureCause::memory);
  const std::string stored = submit("b");
  finishWithObject(claim(), "1.1");
  const std::string open = submit("c");
  EXPECT_EQ(store->forgetOld(0, 100).jobs, 0);  // not that old
  const JobStore::Forgotten gone = store->forgetOld(farFuture(), 100);
  EXPECT_EQ(gone.jobs, 1);
  EXPECT_EQ(gone.documents, 1);
  EXPECT_FALSE(store->job(dead));
  EXPECT_EQ(state(stored), JobState::done);
  EXPECT_EQ(job(stored).resultsJson, "");
  EXPECT_TRUE(store->isOwnObject("1.1"));
  EXPECT_EQ(state(open), JobState::queued);
  EXPECT_EQ(store->forgetOld(farFuture(), 100).jobs, 0);
}

TEST_F(JobQueueTest, AJobThatWasCancelledWithObjectsIsNeverForgotten) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->cancel(id, "by hand");  // its date has to stay: another one would give other bytes
  EXPECT_EQ(store->forgetOld(farFuture(), 100).jobs, 0);
  EXPECT_TRUE(store->job(id));
}

TEST_F(JobQueueTest, ForgettingGoesOnlySoFarAtOnce) {
  for (const char* name : {"a", "b", "c"}) store->cancel(submit(name), "by hand");
  EXPECT_EQ(store->forgetOld(farFuture(), 2).jobs, 2);
  EXPECT_EQ(store->forgetOld(farFuture(), 2).jobs, 1);
}

class JobClock : public JobQueueTest {
 protected:
  void openOnBoot(const std::string& boot) {
    settings.bootId = boot;
    open();
  }
  std::string retryAfterBackOff() {
    settings.firstBackOff = settings.largestBackOff = std::chrono::milliseconds(60000);
    openOnBoot("first");
    const std::string id = submit("a");
    store->finishFailed(claim(), "memory");
    return id;
  }
};

TEST_F(JobClock, BackOffGoesOnOverARestartOfTheProcess) {
  const std::string id = retryAfterBackOff();
  now += 59000;
  openOnBoot("first");
  now += 1001;
  EXPECT_EQ(claimedId(), id);
}

TEST_F(JobClock, AfterAnotherBootTheClockMeansNothingAndBackOffStartsAnew) {
  const std::string id = retryAfterBackOff();
  now = 5;  // since that boot
  openOnBoot("second");
  EXPECT_EQ(claimedId(), "");
  now += 60000;
  EXPECT_EQ(claimedId(), id);
}

TEST_F(JobClock, ATimeFarAheadIsNotBelieved) {
  const std::string id = retryAfterBackOff();
  now -= 100000000;  // this cannot be, and must not keep a job waiting for ever
  openOnBoot("first");
  now += 60001;
  EXPECT_EQ(claimedId(), id);
}

TEST_F(JobQueueTest, EveryAttemptIsKeptWithItsCauseAlsoWhenTheJobIsWellInTheEnd) {
  settings.maxAttempts = 3;
  open();
  const std::string id = submit("a");
  store->finishFailed(claim(), "it was killed by signal 9", FailureCause::crash);
  now += settings.largestBackOff.count();
  claim();
  ASSERT_EQ(store->attempts(id).size(), 2U);
  EXPECT_FALSE(store->attempts(id)[0].endedMs.has_value());
  open();  // the service ended meanwhile
  store->release(claim());
  finishWithObject(claim(), "1.1");
  const auto attempts = store->attempts(id);
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_EQ(attempts[0].outcome, "analysed");
  EXPECT_EQ(attempts[1].outcome, "failed");
  EXPECT_EQ(attempts[1].cause, "leaseExpired");
  EXPECT_EQ(attempts[1].reason, "the service ended during an attempt");
  EXPECT_EQ(attempts[2].cause, "crash");
  EXPECT_EQ(attempts[2].reason, "it was killed by signal 9");
  EXPECT_TRUE(attempts[2].endedMs.has_value());
}

TEST_F(JobQueueTest, OfManyAttemptsTheLatestAreKept) {
  const std::string id = submit("a");
  for (int i = 0; i < 30; ++i) {
    store->finishNotAnalysable(claim(), std::to_string(i), "{}");
    store->retry(id);
  }
  const auto attempts = store->attempts(id);
  ASSERT_EQ(attempts.size(), 20U);
  EXPECT_EQ(attempts.front().reason, "29");
  EXPECT_EQ(attempts.front().outcome, "notAnalysable");
}

}  // namespace
}  // namespace cmr::test
