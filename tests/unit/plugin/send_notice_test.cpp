#include "plugin/send_notice.h"

#include <gmock/gmock.h>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SendNoticeTest : public ServiceFixture {
 protected:
  SendNoticeTest() {
    queue.setNoticeTargets({{"desk", {JobState::done, JobState::dead}}});
    jobId = submit();
    store->finishFailed(*store->claim("20200102030405"), "PatientName is DOE^JOHN",
                        FailureCause::memory);
    nowMs += 1000000;
    store->finishFailed(*store->claim("20200102030405"), "PatientName is DOE^JOHN",
                        FailureCause::memory);
  }
  Delivery notice() { return queue.ofJob(jobId).at(0); }
  DeliveryOutcome send() {
    return sendNotice(notice(), webhook, *store, stopper.get_token(),
                      [this](const HttpPost& post, const std::stop_token&) {
                        posted = post;
                        return answer;
                      });
  }

  DeliveryQueue queue{*store, 2};
  std::string jobId;
  Webhook webhook{"desk", "https://desk/hook", {"dead"}, "token", false};
  HttpPost posted;
  HttpAnswer answer{204, {}};
};

TEST_F(SendNoticeTest, TellsTheEndAndNothingOfThePatient) {
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::sent);
  EXPECT_EQ(posted.url, "https://desk/hook");
  EXPECT_EQ(posted.bearer, "token");
  const auto told = nlohmann::json::parse(posted.body);
  EXPECT_EQ(told["event"], "dead");
  EXPECT_EQ(told["job"], jobId);
  EXPECT_EQ(told["cause"], "memory");
  EXPECT_EQ(told["rule"], "mr");
  EXPECT_EQ(told["packageSha256"], "package");
  EXPECT_EQ(told["study"], "study");
  EXPECT_EQ(told["series"], nlohmann::json({"a"}));
  EXPECT_EQ(told["notice"], notice().id);
  EXPECT_THAT(posted.body, Not(HasSubstr("DOE")));
  EXPECT_THAT(posted.body, Not(HasSubstr("1.2.a")));
  EXPECT_THAT(posted.body, Not(HasSubstr("InstanceUID")));
}

TEST_F(SendNoticeTest, TellsIdentifiersToThoseWhoAskForThem) {
  webhook.identifiers = true;
  send();
  const auto told = nlohmann::json::parse(posted.body);
  EXPECT_EQ(told["SeriesInstanceUIDs"], nlohmann::json({"1.2.a"}));
  EXPECT_EQ(told["StudyInstanceUID"], "1.9.study");
}

TEST_F(SendNoticeTest, AnyOtherAnswerIsAFailureWithItsReason) {
  answer = {500, {}};
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::failed);
  EXPECT_THAT(send().reason, HasSubstr("status 500"));
  answer = {302, {}};
  EXPECT_THAT(send().reason, HasSubstr("redirections are not followed"));
  answer = {0, "Could not resolve host: desk"};
  EXPECT_THAT(send().reason, HasSubstr("resolve host"));
}

TEST_F(SendNoticeTest, TheServicesEndIsNoFailure) {
  answer = {0, "Callback aborted"};
  stopper.request_stop();
  EXPECT_EQ(send().kind, DeliveryOutcome::Kind::interrupted);
}

// No server listens at port 1 of this machine: what is tried is libcurl itself.
TEST_F(SendNoticeTest, AServerThatIsNotThereIsToldInWords) {
  const HttpAnswer refused = postHttp({"http://127.0.0.1:1/", "{}", {}}, stopper.get_token());
  EXPECT_EQ(refused.status, 0);
  EXPECT_THAT(refused.problem, HasSubstr("127.0.0.1"));
  EXPECT_THAT(postHttp({"file:///etc/hostname", "{}", {}}, stopper.get_token()).problem,
              HasSubstr("rotocol"));
}

}  // namespace
}  // namespace cmr
