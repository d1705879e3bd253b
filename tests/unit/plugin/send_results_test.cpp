#include "plugin/send_results.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SendResultsTest : public ServiceFixture {
 protected:
  SendResultsTest() {
    planner = std::make_unique<GroupPlanner>(
        archive, *store, *liveRules, [this](const std::string& name) { return packageOf(name); },
        [this] { return localTime; }, std::vector<std::string>{"pacs"});
    jobId = submit();
    store->finishAnalysed(*store->claim("20200102030405"),
                          {{ObjectKind::segmentation, "1.1", "2.1", "3.1", "seg"},
                           {ObjectKind::structuredReport, "1.3", "2.3", "3.3", "report"}},
                          "{}");
    store->markStored(jobId, 0);
    store->markStored(jobId, 1);
    archive.instancesByUid = {{"2.1", {"a-0"}}, {"2.3", {"a-1"}}};
  }
  Delivery delivery() { return queue.ofJob(jobId).front(); }
  DeliveryOutcome send() {
    return sendResults(delivery(), {"pacs", DestinationKind::modality, "PACS"}, archive, *store,
                       queue, stopper.get_token());
  }
  Forwarder forwarder() {
    return {queue,
            {{DeliveryKind::results, "pacs",
              [this](const Delivery&, const std::stop_token&) { return send(); }}},
            logCallback()};
  }

  DeliveryQueue queue{*store, 2};
  std::string jobId;
};

TEST_F(SendResultsTest, AllObjectsGoInOrderTheReportLast) {
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::sent);
  EXPECT_THAT(archive.sent, ElementsAre("PACS a-0", "PACS a-1"));
  EXPECT_EQ(delivery().objectsSent, 2);
}

TEST_F(SendResultsTest, AfterAFailureItGoesOnWhereItStopped) {
  archive.refusesToSend = "a-1";
  EXPECT_THAT(send().reason, HasSubstr("does not answer"));
  archive.refusesToSend.clear();
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::sent);
  EXPECT_THAT(archive.sent, ElementsAre("PACS a-0", "PACS a-1"));
}

TEST_F(SendResultsTest, ResultsThatAreGoneOrInAnotherStudyAreNotSent) {
  archive.addSeries("elsewhere", "another", 1, 1);
  archive.instancesByUid["2.3"] = {"elsewhere-0"};
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::pointless);
  archive.instancesByUid.clear();
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::pointless);
}

TEST_F(SendResultsTest, ANodeThatHangsIsLeftWhenTheServiceStops) {
  archive.sendingHangs = true;
  std::jthread sending([this] { EXPECT_EQ(send().kind, DeliveryOutcome::Kind::interrupted); });
  while (archive.sendings() == 0) std::this_thread::yield();
  stopper.request_stop();
  sending.join();
  EXPECT_EQ(archive.stopped, 1);
  EXPECT_EQ(delivery().state, DeliveryState::waiting);
}

TEST_F(SendResultsTest, ADeliveryThatIsCancelledMeanwhileIsStopped) {
  archive.sendingHangs = true;
  std::jthread sending([this] { EXPECT_EQ(send().kind, DeliveryOutcome::Kind::interrupted); });
  while (archive.sendings() == 0) std::this_thread::yield();
  store->cancel(jobId, "cancelled by an operator");
  sending.join();
  EXPECT_EQ(archive.stopped, 1);
}

TEST_F(SendResultsTest, TheForwarderEndsWhatIsDueAndSaysWhatStandsInTheWay) {
  archive.refusesToSend = "a-0";
  Forwarder lanes = forwarder();
  const Forwarder::Lane& lane = lanes.lanes().front();
  lanes.deliverDue(lane, stopper.get_token());
  EXPECT_THAT(lanes.trouble(lane), HasSubstr("does not answer"));
  EXPECT_EQ(delivery().attempts, 1);
  archive.refusesToSend.clear();
  lanes.deliverDue(lane, stopper.get_token());  // not due yet
  EXPECT_THAT(archive.sent, IsEmpty());
  nowMs += 1000000;
  lanes.deliverDue(lane, stopper.get_token());
  EXPECT_EQ(delivery().state, DeliveryState::sent);
  EXPECT_EQ(lanes.trouble(lane), "");
}

TEST_F(SendResultsTest, TheForwardersThreadsDeliverAndEnd) {
  Forwarder lanes = forwarder();
  lanes.start();
  while (delivery().state != DeliveryState::sent) std::this_thread::yield();
  lanes.stop();
  EXPECT_THAT(archive.sent, ElementsAre("PACS a-0", "PACS a-1"));
}

}  // namespace
}  // namespace cmr
