#include "plugin/delivery_queue.h"

#include <gmock/gmock.h>

#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"

namespace cmr::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeliveryQueueTest : public JobStoreTest {
 protected:
  DeliveryQueueTest() { attach(); }
  void attach() { queue = std::make_unique<DeliveryQueue>(*store, 3); }
  void reopen() {
    queue.reset();
    open();
    attach();
  }

  JobSubmission submissionTo(const std::string& name, std::vector<std::string> destinations) {
    JobSubmission submission = submissionOf(name);
    submission.destinations = std::move(destinations);
    return submission;
  }
  // A job whose complete set is in the archive.
  std::string doneJob(const std::string& name, std::vector<std::string> destinations) {
    const std::string id = store->submit(submissionTo(name, std::move(destinations))).jobId;
    storeSet(id, name);
    return id;
  }
  void storeSet(const std::string& id, const std::string& prefix) {
    store->finishAnalysed(claim(), {objectOf(prefix + ".1", "seg"), objectOf(prefix + ".2", "sr")},
                          "{}");
    store->markStored(id, 0);
    store->markStored(id, 1);
  }
  std::optional<Delivery> next(const std::string& to) {
    return queue->next(DeliveryKind::results, to);
  }
  std::vector<std::string> states(const std::string& jobId) {
    std::vector<std::string> names;
    for (const Delivery& delivery : queue->ofJob(jobId)) {
      names.push_back(delivery.destination + " " + deliveryStateName(delivery.state));
    }
    return names;
  }

  std::unique_ptr<DeliveryQueue> queue;
};

TEST_F(DeliveryQueueTest, NothingIsSentBeforeTheSetIsComplete) {
  const std::string id = store->submit(submissionTo("a", {"pacs"})).jobId;
  store->finishAnalysed(claim(), {objectOf("1.1", "seg"), objectOf("1.2", "sr")}, "{}");
  store->markStored(id, 0);
  EXPECT_FALSE(next("pacs"));
  store->markStored(id, 1);
  ASSERT_TRUE(next("pacs"));
  EXPECT_EQ(next("pacs")->jobId, id);
  EXPECT_THAT(queue->unsentObjects(next("pacs")->id), ElementsAre("1.1", "1.2"));
}

TEST_F(DeliveryQueueTest, EachDestinationHasItsOwnRecordAndAJobWithoutAnyHasNone) {
  const std::string two = doneJob("a", {"pacs", "mirror"});
  const std::string none = doneJob("b", {});
  EXPECT_THAT(states(two), ElementsAre("pacs waiting", "mirror waiting"));
  EXPECT_THAT(states(none), IsEmpty());
  EXPECT_THAT(store->job(two)->submission.destinations, ElementsAre("pacs", "mirror"));
  queue->finish(next("pacs")->id);
  EXPECT_THAT(states(two), ElementsAre("pacs sent", "mirror waiting"));
}

TEST_F(DeliveryQueueTest, ALaterTryGoesOnWithWhatIsLeftAlsoInAnotherProcess) {
  doneJob("a", {"pacs"});
  const std::int64_t id = next("pacs")->id;
  queue->noteSent(id, "a.1");
  queue->fail(id, "connection lost");
  EXPECT_FALSE(next("pacs"));
  reopen();  // due at once
  ASSERT_TRUE(next("pacs"));
  EXPECT_EQ(next("pacs")->attempts, 1);
  EXPECT_EQ(next("pacs")->objectsSent, 1);
  EXPECT_THAT(queue->unsentObjects(id), ElementsAre("a.2"));
}

TEST_F(DeliveryQueueTest, FailuresWaitLongerEachTimeAndEndDead) {
  const std::string job = doneJob("a", {"pacs"});
  const std::int64_t id = next("pacs")->id;
  EXPECT_EQ(queue->fail(id, "away"), DeliveryState::waiting);
  EXPECT_FALSE(next("pacs"));
  now += settings.firstBackOff.count();
  ASSERT_TRUE(next("pacs"));
  queue->fail(id, "away");
  now += settings.firstBackOff.count() - 1;  // at least half of the double
  EXPECT_FALSE(next("pacs"));
  now += settings.firstBackOff.count() + 1;
  EXPECT_EQ(queue->fail(id, "still away"), DeliveryState::dead);
  now += 100 * settings.largestBackOff.count();
  EXPECT_FALSE(next("pacs"));
  EXPECT_EQ(queue->ofJob(job).front().reason, "still away");
  EXPECT_EQ(store->job(job)->state, JobState::done);
}

TEST_F(DeliveryQueueTest, AnOperatorHasDeadAndWaitingOnesTriedAgain) {
  doneJob("a", {"pacs"});
  doneJob("b", {"pacs"});
  const std::int64_t first = next("pacs")->id;
  for (int i = 0; i < 3; ++i) queue->fail(first, "away");
  queue->fail(next("pacs")->id, "away");
  EXPECT_EQ(queue->retry("mirror", {"pacs", "mirror"}), 0);
  EXPECT_EQ(queue->retry("", {"pacs"}), 2);
  ASSERT_TRUE(next("pacs"));
  EXPECT_EQ(next("pacs")->attempts, 0);
}

TEST_F(DeliveryQueueTest, CancellingAJobThatIsDoneEndsWhatIsStillToBeSent) {
  const std::string id = doneJob("a", {"pacs", "mirror"});
  queue->finish(next("mirror")->id);
  store->cancel(id, "cancelled by an operator");
  EXPECT_THAT(states(id), ElementsAre("pacs cancelled", "mirror sent"));
  EXPECT_EQ(store->job(id)->state, JobState::done);
  EXPECT_THROW(store->cancel(id, "again"), std::exception);
}

TEST_F(DeliveryQueueTest, AJobThatIsCancelledBeforeItsSetIsCompleteSendsNothing) {
  const std::string id = store->submit(submissionTo("a", {"pacs"})).jobId;
  store->finishAnalysed(claim(), {objectOf("1.1", "seg")}, "{}");
  store->cancel(id, "cancelled by an operator");
  EXPECT_THAT(states(id), IsEmpty());
}

TEST_F(DeliveryQueueTest, AJobThatIsAskedForAgainSendsItsNewSetOnly) {
  const std::string id = doneJob("a", {"pacs"});
  store->retry(id);
  EXPECT_THAT(states(id), ElementsAre("pacs cancelled"));
  storeSet(id, "again");
  EXPECT_THAT(states(id), ElementsAre("pacs cancelled", "pacs waiting"));
  EXPECT_THAT(queue->unsentObjects(next("pacs")->id), ElementsAre("again.1", "again.2"));
}

TEST_F(DeliveryQueueTest, SupersededResultsAreNotSentAnyMore) {
  const std::string old = doneJob("a", {"pacs"});
  JobSubmission later = submissionTo("a", {"pacs"});
  later.orthancSeriesIds.push_back("series-late");
  later.SeriesInstanceUIDs.push_back("1.2.3.late");
  later.key.clear();
  const std::string id = store->submit(later).jobId;
  storeSet(id, "later");
  for (const auto& outdated : store->outdatedResults()) store->settleOutdated(outdated);
  ASSERT_EQ(queue->ofJob(old).size(), 1U);
  EXPECT_EQ(queue->ofJob(old).front().state, DeliveryState::cancelled);
  EXPECT_THAT(queue->ofJob(old).front().reason, HasSubstr(id));
  EXPECT_EQ(next("pacs")->jobId, id);
}

TEST_F(DeliveryQueueTest, WhatWaitsForADestinationThatIsGoneIsGivenUp) {
  const std::string id = doneJob("a", {"pacs", "mirror"});
  EXPECT_EQ(queue->giveUpOthers(DeliveryKind::results, {"mirror"}), 1);
  EXPECT_THAT(states(id), ElementsAre("pacs dead", "mirror waiting"));
}

TEST_F(DeliveryQueueTest, NoticesFollowTheEndsThatWereAskedFor) {
  queue->setNoticeTargets({{"desk", {JobState::done, JobState::dead}}});
  const std::string done = doneJob("a", {});
  const std::string failing = submit("b");
  store->finishNotAnalysable(claim(), "one slice", "{}");
  const auto notice = queue->next(DeliveryKind::notice, "desk");
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->jobId, done);
  EXPECT_EQ(notice->event, "done");
  EXPECT_THAT(states(failing), IsEmpty());
  store->retry(done);  // what was done remains true
  EXPECT_THAT(states(done), ElementsAre("desk waiting"));
}

TEST_F(DeliveryQueueTest, DepthsCountByDestinationAndState) {
  doneJob("a", {"pacs"});
  doneJob("b", {"pacs"});
  queue->finish(next("pacs")->id);
  const auto depths = queue->depths();
  ASSERT_EQ(depths.size(), 2U);
  EXPECT_EQ(depths[0].state, DeliveryState::sent);
  EXPECT_EQ(depths[1].state, DeliveryState::waiting);
  EXPECT_EQ(depths[1].count, 1);
  EXPECT_GT(depths[1].oldestMs, 0);
}

TEST_F(DeliveryQueueTest, WhatWasSentLongAgoIsForgottenAndTheRestIsNot) {
  const std::string id = doneJob("a", {"pacs", "mirror"});
  queue->finish(next("pacs")->id);
  store->forgetOld(std::int64_t{1} << 50, 100);
  EXPECT_THAT(states(id), ElementsAre("mirror waiting"));
}

}  // namespace
}  // namespace cmr::test
