#include "plugin/job_store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <limits>

#include "analysis/errors.h"
#include "plugin/sqlite_connection.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

int modeOf(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
}

TEST_F(JobStoreTest, ASubmissionComesBackByteForByteWithItsLease) {
  JobSubmission submission = submissionOf("a");
  submission.SeriesInstanceUIDs = {"1.02.\xe9", "1.2"};
  submission.orthancSeriesIds = {"s1", "s2"};
  submission.tasks = {"seg_cine_sax", "view"};
  submission.priority = 3;
  submission.key.clear();
  const auto submitted = store->submit(submission);
  EXPECT_TRUE(submitted.created);
  const Lease lease = claim();
  EXPECT_EQ(lease.job.id, submitted.jobId);
  EXPECT_EQ(lease.job.submission.key, jobKey(submission));
  EXPECT_EQ(lease.job.submission.SeriesInstanceUIDs, submission.SeriesInstanceUIDs);
  EXPECT_EQ(lease.job.submission.orthancSeriesIds, submission.orthancSeriesIds);
  EXPECT_EQ(lease.job.submission.tasks, submission.tasks);
  EXPECT_EQ(lease.job.submission.priority, 3);
  EXPECT_EQ(lease.job.dateTime, "20260101120000");
  EXPECT_EQ(lease.job.attempts, 1);
}

TEST_F(JobStoreTest, TheSameKeyIsOneJobWhateverItsState) {
  const std::string id = submit("a");
  EXPECT_FALSE(store->submit(submissionOf("a")).created);
  store->finishNotAnalysable(claim(), "one slice", "{}");
  const auto again = store->submit(submissionOf("a"));
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.jobId, id);
  EXPECT_EQ(store->claim("x"), std::nullopt);
}

TEST(JobKey, DependsOnEverythingThatChangesTheResultAndOnNothingElse) {
  JobSubmission base = submissionOf("a");
  base.SeriesInstanceUIDs = {"1.1", "1.2"};
  base.tasks = {"seg_cine_sax", "view"};
  const std::string key = jobKey(base);
  JobSubmission other = base;
  other.SeriesInstanceUIDs = {"1.2", "1.1"};
  other.tasks = {"view", "seg_cine_sax"};
  other.priority = 5;
  other.orthancStudyId = "elsewhere";
  EXPECT_EQ(jobKey(other), key);
  std::vector<JobSubmission> changed(6, base);
  changed[0].SeriesInstanceUIDs = {"1.11", ".2"};
  changed[1].contentFingerprint += "x";
  changed[2].packageSha256 += "x";
  changed[3].rule += "x";
  changed[4].tasks = {"view"};
  changed[5].SeriesInstanceUIDs.push_back("1.3");
  for (const JobSubmission& submission : changed) EXPECT_NE(jobKey(submission), key);
}

TEST_F(JobStoreTest, ASubmissionWithoutSeriesIsRefused) {
  EXPECT_THROW(store->submit(JobSubmission{}), InputError);
}

TEST_F(JobStoreTest, SubmittedTogetherAreJobsInTheirOrder) {
  const auto submitted =
      store->submitAll({submissionOf("a"), submissionOf("b"), submissionOf("a")});
  ASSERT_EQ(submitted.size(), 3U);
  EXPECT_TRUE(submitted[0].created);
  EXPECT_TRUE(submitted[1].created);
  EXPECT_FALSE(submitted[2].created);
  EXPECT_EQ(submitted[2].jobId, submitted[0].jobId);
  EXPECT_EQ(claim().job.id, submitted[0].jobId);
  EXPECT_EQ(claim().job.id, submitted[1].jobId);
  EXPECT_TRUE(store->submitAll({}).empty());
}

TEST_F(JobStoreTest, OfJobsSubmittedTogetherAllAreThereOrNone) {
  SqliteConnection(settings.path, "")
      .execute(
          "CREATE TRIGGER poison BEFORE INSERT ON jobs WHEN NEW.content = 'content-b'"
          " BEGIN SELECT RAISE(ABORT, 'poison'); END");
  EXPECT_THROW(store->submitAll({submissionOf("a"), submissionOf("b")}), ResourceError);
  EXPECT_TRUE(store->list({}).empty());
  EXPECT_THROW(store->submitAll({submissionOf("a"), JobSubmission{}}), InputError);
  EXPECT_TRUE(store->list({}).empty());
}

TEST_F(JobStoreTest, HigherPriorityGoesFirstThenTheOldest) {
  const std::string first = submit("a");
  const std::string second = submit("b");
  JobSubmission urgent = submissionOf("c");
  urgent.priority = 1;
  const std::string third = store->submit(urgent).jobId;
  EXPECT_EQ(claim().job.id, third);
  EXPECT_EQ(claim().job.id, first);
  EXPECT_EQ(claim().job.id, second);
}

TEST_F(JobStoreTest, TheDateTimeOfTheFirstClaimIsKept) {
  submit("a");
  store->release(*store->claim("20260101120000"));
  EXPECT_EQ(store->claim("20270101120000")->job.dateTime, "20260101120000");
}

TEST_F(JobStoreTest, AnOldTokenChangesNothing) {
  const std::string id = submit("a");
  const Lease old = claim();
  now += settings.lease.count();
  EXPECT_FALSE(store->heartbeat(old, 0.5, "late"));
  EXPECT_EQ(store->finishAnalysed(old, {objectOf("1.1", "x")}, "{}"), JobStore::Finished::lost);
  EXPECT_EQ(store->expireLeases(), 1);
  now += settings.largestBackOff.count();
  const Lease current = claim();
  for (const Lease& stale : {old, Lease{current.job, ""}, Lease{current.job, "guess"}}) {
    EXPECT_FALSE(store->heartbeat(stale, 0.5, "stale"));
    EXPECT_EQ(store->finishAnalysed(stale, {objectOf("1.1", "x")}, "{}"), JobStore::Finished::lost);
    EXPECT_FALSE(store->finishNotAnalysable(stale, "no", "{}"));
    EXPECT_FALSE(store->finishFailed(stale, "no"));
    EXPECT_FALSE(store->release(stale));
  }
  EXPECT_EQ(state(id), JobState::leased);
  EXPECT_FALSE(store->isOwnObject("1.1"));
  EXPECT_TRUE(store->heartbeat(current, 0.25, "decode"));
  EXPECT_EQ(job(id).stage, "decode");
  EXPECT_EQ(job(id).progress, 0.25);
}

TEST_F(JobStoreTest, AHeartbeatProlongsTheLease) {
  submit("a");
  const Lease lease = claim();
  now += settings.lease.count() - 1;
  EXPECT_TRUE(store->heartbeat(lease, std::numeric_limits<double>::quiet_NaN(), "x"));
  now += settings.lease.count() - 1;
  EXPECT_EQ(store->expireLeases(), 0);
  EXPECT_TRUE(store->heartbeat(lease, 7, "x"));
  EXPECT_EQ(job(lease.job.id).progress, 1);
}

TEST_F(JobStoreTest, AFailureWaitsLongerEachTimeAndTheLastOneIsDead) {
  const std::string id = submit("a");
  std::int64_t wait = settings.firstBackOff.count();
  for (int attempt = 1; attempt < settings.maxAttempts; ++attempt) {
    EXPECT_TRUE(store->finishFailed(claim(), "out of memory"));
    EXPECT_EQ(state(id), JobState::retry);
    EXPECT_TRUE(job(id).retryAtMs.has_value());
    now += wait / 2 - 1;
    EXPECT_EQ(store->claim("x"), std::nullopt);
    now += wait - wait / 2 + 1;
    wait *= 2;
  }
  EXPECT_TRUE(store->finishFailed(claim(), "out of memory"));
  EXPECT_EQ(state(id), JobState::dead);
  EXPECT_EQ(job(id).reason, "out of memory");
  EXPECT_EQ(job(id).attempts, settings.maxAttempts);
  now += 1000 * settings.largestBackOff.count();
  EXPECT_EQ(store->claim("x"), std::nullopt);
}

TEST_F(JobStoreTest, AReleasedJobDidNotUseUpAnAttempt) {
  const std::string id = submit("a");
  for (int i = 0; i < 2 * settings.maxAttempts; ++i) EXPECT_TRUE(store->release(claim()));
  EXPECT_EQ(job(id).attempts, 0);
  EXPECT_EQ(state(id), JobState::queued);
}

TEST_F(JobStoreTest, ObjectsWaitInOrderAndTheLastOneStoredMakesTheJobDone) {
  const std::string id = submit("a");
  ProducedObject report = objectOf("1.2", "report", ObjectKind::structuredReport);
  report.notes = {"PatientName emptied", "second"};
  EXPECT_EQ(store->finishAnalysed(claim(), {objectOf("1.1", std::string("s\0g", 3)), report},
                                  "{\"ef\":60}"),
            JobStore::Finished::accepted);
  EXPECT_EQ(state(id), JobState::storing);
  const auto waiting = store->pendingObjects(10);
  ASSERT_THAT(waiting, SizeIs(2));
  EXPECT_EQ(waiting[0].object.bytes, std::string("s\0g", 3));
  EXPECT_EQ(waiting[1].object.kind, ObjectKind::structuredReport);
  EXPECT_EQ(waiting[1].object.notes, report.notes);
  EXPECT_EQ(waiting[1].position, 1);
  store->markStored(id, 1);
  EXPECT_EQ(state(id), JobState::storing);
  EXPECT_THAT(store->pendingObjects(10), SizeIs(1));
  store->markStored(id, 0);
  EXPECT_EQ(state(id), JobState::done);
  EXPECT_EQ(job(id).resultsJson, "{\"ef\":60}");
  EXPECT_THAT(store->pendingObjects(10), IsEmpty());
  EXPECT_TRUE(store->isOwnObject("1.1"));
}

// The archive may take its time over an object while an operator cancels the job and asks again.
TEST_F(JobStoreTest, AnObjectOfASetThatAnotherTookThePlaceOfCountsForNothing) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "on the GPU")}, "{}");
  const OutboxObject onItsWay = store->pendingObjects(1).at(0);
  store->cancel(id, "by hand");
  store->retry(id);
  store->finishAnalysed(claim(), {objectOf("1.2", "on the CPU")}, "{}");
  store->markStored(onItsWay);
  EXPECT_EQ(state(id), JobState::storing);
  EXPECT_THAT(store->pendingObjects(1), SizeIs(1));
  store->markStored(store->pendingObjects(1).at(0));
  EXPECT_EQ(state(id), JobState::done);
}

TEST_F(JobStoreTest, AListOfManyJobsCanDoWithoutTheirResultsDocuments) {
  submit("a");
  submit("b");
  store->finishAnalysed(claim(), {}, R"({"ef":60})");
  JobStore::ListFilter filter;
  filter.withResults = false;
  const std::vector<JobRecord> lean = store->list(filter);
  ASSERT_THAT(lean, SizeIs(2));
  EXPECT_EQ(lean[1].resultsJson, "");
  EXPECT_TRUE(lean[1].hasResults);
  EXPECT_FALSE(lean[0].hasResults);
  EXPECT_EQ(store->list({})[1].resultsJson, R"({"ef":60})");
}

TEST_F(JobStoreTest, AResultWithoutObjectsIsDone) {
  const std::string id = submit("a");
  EXPECT_EQ(store->finishAnalysed(claim(), {}, "{}"), JobStore::Finished::accepted);
  EXPECT_EQ(state(id), JobState::done);
}

TEST_F(JobStoreTest, AFailedStoreWaitsAndIsNeverDead) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  for (int i = 0; i < 3 * settings.maxAttempts; ++i) {
    store->deferStoring(id, "archive is full");
    EXPECT_THAT(store->pendingObjects(10), IsEmpty());
    EXPECT_EQ(job(id).reason, "archive is full");
    now += settings.largestBackOff.count();
    EXPECT_THAT(store->pendingObjects(10), SizeIs(1));
  }
  EXPECT_EQ(state(id), JobState::storing);
}

TEST_F(JobStoreTest, AnOperatorsRetryOfAFinishedJobStoresTheSameBytesAgain) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->markStored(id, 0);
  store->retry(id);
  EXPECT_EQ(store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}"),
            JobStore::Finished::accepted);
  EXPECT_EQ(state(id), JobState::storing);
  ASSERT_THAT(store->pendingObjects(1), SizeIs(1));
  EXPECT_EQ(store->pendingObjects(1)[0].object.bytes, "x");
}

TEST_F(JobStoreTest, OtherBytesUnderAKnownUidAreRefusedAndTheJobIsDead) {
  const std::string first = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  const std::string second = submit("b");
  EXPECT_EQ(store->finishAnalysed(claim(), {objectOf("1.9", "n"), objectOf("1.1", "y")}, "{}"),
            JobStore::Finished::conflict);
  EXPECT_EQ(state(second), JobState::dead);
  EXPECT_THAT(job(second).reason, HasSubstr("1.1"));
  EXPECT_THAT(job(second).reason, HasSubstr("other bytes"));
  EXPECT_FALSE(store->isOwnObject("1.9"));
  ASSERT_THAT(store->pendingObjects(10), SizeIs(1));
  EXPECT_EQ(store->pendingObjects(10)[0].object.bytes, "x");
}

TEST_F(JobStoreTest, OneUidTwiceInAResultIsRefused) {
  const std::string id = submit("a");
  EXPECT_EQ(store->finishAnalysed(claim(), {objectOf("1.1", "x"), objectOf("1.1", "x")}, "{}"),
            JobStore::Finished::conflict);
  EXPECT_EQ(state(id), JobState::dead);
  EXPECT_THAT(store->pendingObjects(10), IsEmpty());
}

TEST_F(JobStoreTest, WhatWaitsIsTakenWholeSetsAtATimeUpToAnAmountOfBytes) {
  for (const std::string name : {"a", "b", "c"}) {
    submit(name);
    store->finishAnalysed(
        claim(), {objectOf("1." + name + ".1", "12345"), objectOf("1." + name + ".2", "12345")},
        "{}");
  }
  EXPECT_THAT(store->pendingObjects(10), SizeIs(6));
  EXPECT_THAT(store->pendingObjects(10, 1), SizeIs(2));
  EXPECT_THAT(store->pendingObjects(10, 11), SizeIs(4));
}

TEST_F(JobStoreTest, TwoJobsMayWaitForTheSameObject) {
  const std::string first = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  const std::string second = submit("b");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->markStored(first, 0);
  ASSERT_THAT(store->pendingObjects(10), SizeIs(1));
  EXPECT_EQ(store->pendingObjects(10)[0].object.bytes, "x");
}

TEST_F(JobStoreTest, ACancelledJobLosesItsLeaseAndItsOutbox) {
  const std::string leased = submit("a");
  const Lease lease = claim();
  store->cancel(leased, "wrong patient");
  EXPECT_FALSE(store->heartbeat(lease, 0.5, "x"));
  EXPECT_EQ(job(leased).reason, "wrong patient");
  const std::string storing = submit("b");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->cancel(storing, "wrong patient");
  EXPECT_THAT(store->pendingObjects(10), IsEmpty());
  store->markStored(storing, 0);
  EXPECT_EQ(state(storing), JobState::cancelled);
  EXPECT_TRUE(store->isOwnObject("1.1"));
}

TEST_F(JobStoreTest, ResultsAreShownOnceTheirSetIsStoredAndNoneOfACancelledJob) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  EXPECT_FALSE(job(id).hasResults);
  store->markStored(id, 0);
  EXPECT_TRUE(job(id).hasResults);
  store->retry(id);
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->cancel(id, "by hand");
  EXPECT_FALSE(job(id).hasResults);
  EXPECT_EQ(job(id).resultsJson, "");
}

TEST_F(JobStoreTest, AJobThatCannotGoOnWithItsSourceIsCancelledByWhoHoldsItAlone) {
  const std::string id = submit("a");
  const Lease lease = claim();
  now += settings.lease.count();
  EXPECT_FALSE(store->finishCancelled(lease, "too late", true));
  store->expireLeases();
  now += settings.largestBackOff.count();
  EXPECT_TRUE(store->finishCancelled(claim(), "changed", true));
  EXPECT_EQ(state(id), JobState::cancelled);
  EXPECT_TRUE(store->submit(submissionOf("a")).created);
  EXPECT_TRUE(store->finishCancelled(claim(), "nothing left of it", false));
  EXPECT_FALSE(store->submit(submissionOf("a")).created);
}

TEST_F(JobStoreTest, WorkThatIsSubmittedAnewHasThePriorityOfNow) {
  const std::string id = submit("a");
  store->cancelForResource("series-a", "deleted");
  JobSubmission again = submissionOf("a");
  again.priority = backfillPriority;
  EXPECT_TRUE(store->submit(again).created);
  EXPECT_EQ(job(id).submission.priority, backfillPriority);
  again.priority = 0;  // nothing new: what it waits for stays
  EXPECT_FALSE(store->submit(again).created);
  EXPECT_EQ(job(id).submission.priority, backfillPriority);
}

TEST_F(JobStoreTest, OperatorsAreToldWhatAStateDoesNotAllow) {
  EXPECT_THROW(store->cancel("nobody", ""), InputError);
  EXPECT_THROW(store->retry("nobody"), InputError);
  const std::string id = submit("a");
  EXPECT_THROW(store->retry(id), InputError);
  store->cancel(id, "");
  EXPECT_THROW(store->cancel(id, ""), InputError);
  store->retry(id);
  EXPECT_EQ(state(id), JobState::queued);
}

TEST_F(JobStoreTest, AVanishedSourceCancelsItsOpenJobsAndItsReturnRevivesThem) {
  const std::string bySeries = submit("a");
  const std::string finished = submit("b");
  const std::string byStudy = submit("c");
  const Lease lease = claim();
  store->finishNotAnalysable(claim(), "one slice", "{}");
  EXPECT_EQ(store->cancelForResource("series-a", "deleted"), 1);
  EXPECT_EQ(store->cancelForResource("study-c", "deleted"), 1);
  EXPECT_EQ(store->cancelForResource("series-b", "deleted"), 0);
  EXPECT_EQ(state(finished), JobState::notAnalysable);
  EXPECT_EQ(store->finishAnalysed(lease, {}, "{}"), JobStore::Finished::lost);
  EXPECT_TRUE(store->submit(submissionOf("a")).created);
  EXPECT_EQ(state(bySeries), JobState::queued);
  store->retry(byStudy);
  store->cancel(byStudy, "by hand");
  EXPECT_FALSE(store->submit(submissionOf("c")).created);
  EXPECT_EQ(state(byStudy), JobState::cancelled);
}

TEST_F(JobStoreTest, ListsNewestFirstAndCountsEveryState) {
  const std::string a = submit("a");
  const std::string b = submit("b");
  const std::string c = submit("c");
  claim();
  const auto all = store->list({});
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].id, c);
  EXPECT_EQ(all[2].id, a);
  JobStore::ListFilter filter;
  filter.state = JobState::queued;
  filter.limit = 1;
  filter.offset = 1;
  ASSERT_THAT(store->list(filter), SizeIs(1));
  EXPECT_EQ(store->list(filter)[0].id, b);
  JobStore::ListFilter bySeries;
  bySeries.orthancSeriesId = "series-b";
  ASSERT_THAT(store->list(bySeries), SizeIs(1));
  std::int64_t total = 0;
  for (const auto& count : store->counts()) total += count.count;
  EXPECT_EQ(total, 3);
  EXPECT_THAT(store->counts(), SizeIs(8));
}

TEST_F(JobStoreTest, WhatWasLeasedAtACrashIsQueuedAgainAndItsTokenVoid) {
  const std::string id = submit("a");
  const Lease lease = claim();
  now = -5;  // another boot, another clock
  open();
  EXPECT_EQ(state(id), JobState::queued);
  EXPECT_EQ(job(id).attempts, 1);
  EXPECT_FALSE(store->heartbeat(lease, 0.5, "x"));
  EXPECT_EQ(claim().job.id, id);
}

TEST_F(JobStoreTest, AJobThatNeverSurvivesItsServiceIsDeadAtLast) {
  const std::string id = submit("a");
  for (int i = 0; i < settings.maxAttempts; ++i) {
    EXPECT_EQ(state(id), JobState::queued);
    claim();
    open();
  }
  EXPECT_EQ(state(id), JobState::dead);
}

TEST_F(JobStoreTest, BackOffOfAnEarlierBootIsShortWhateverItsClockSaid) {
  submit("a");
  store->finishFailed(claim(), "x");
  now = -1000000000;
  settings.bootId = "another";
  open();
  EXPECT_EQ(store->claim("x"), std::nullopt);
  now += settings.firstBackOff.count();
  EXPECT_NE(store->claim("x"), std::nullopt);
}

TEST_F(JobStoreTest, TheOutboxAndTheChangeNumberOutliveTheProcess) {
  const std::string id = submit("a");
  store->finishAnalysed(claim(), {objectOf("1.1", "x")}, "{}");
  store->deferStoring(id, "full");
  EXPECT_EQ(store->lastChange(), std::nullopt);
  store->setLastChange(7);
  store->setLastChange(5);
  open();
  EXPECT_EQ(store->lastChange(), 5);
  ASSERT_THAT(store->pendingObjects(1), SizeIs(1));
  EXPECT_EQ(store->pendingObjects(1)[0].object.bytes, "x");
}

TEST_F(JobStoreTest, FilesArePrivate) {
  submit("a");
  EXPECT_EQ(modeOf(settings.path), 0600);
  EXPECT_EQ(modeOf(settings.path + "-wal"), 0600);
  EXPECT_EQ(modeOf(settings.path + ".lock"), 0600);
  EXPECT_EQ(modeOf((folder.path() / "queue").string()), 0700);
}

TEST_F(JobStoreTest, ASecondHolderIsRefused) {
  try {
    JobStore second(settings);
    FAIL() << "two job stores on one file";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("held by another process"));
  }
}

}  // namespace
}  // namespace cmr::test
