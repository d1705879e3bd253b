#include "plugin/queue_routes.h"

#include <gmock/gmock.h>

#include "plugin/audit_trail.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class QueueRoutesTest : public ServiceFixture {
 protected:
  RestResponse ask(const std::string& method, const std::string& path, const std::string& body = "",
                   bool running = true) {
    RestContext context;
    context.status = [] { return Json{{"state", "waiting"}, {"reason", "disk full"}}; };
    context.metrics = [] { return "cmr_up 1\n"; };
    if (running) {
      context.store = store.get();
      context.planner = planner.get();
      context.ring = [this] { ++rings; };
      context.backfill = [this](const std::vector<std::string>& ids) { backfilled = ids; };
    }
    return answerRest({method, path, {}, body}, context);
  }
  Json json(const RestResponse& response) { return Json::parse(response.body); }
  int rings = 0;
  std::vector<std::string> backfilled;
};

TEST_F(QueueRoutesTest, MetricsAreTextAndThereEvenWithoutAService) {
  const RestResponse response = ask("GET", "/cmr/metrics", "", false);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "cmr_up 1\n");
  EXPECT_THAT(response.contentType, HasSubstr("text/plain; version=0.0.4"));
}

TEST_F(QueueRoutesTest, TheQueueIsPausedDrainedAndResumed) {
  submit("a");
  EXPECT_EQ(json(ask("GET", "/cmr/queue"))["mode"], "running");
  EXPECT_EQ(json(ask("POST", "/cmr/queue/pause"))["mode"], "paused");
  EXPECT_FALSE(store->claim("20260101"));
  const Json draining = json(ask("POST", "/cmr/queue/drain"));
  EXPECT_EQ(draining["mode"], "draining");
  EXPECT_EQ(draining["drained"], false);
  EXPECT_EQ(draining["jobs"]["queued"], 1);
  EXPECT_EQ(json(ask("POST", "/cmr/queue/resume"))["mode"], "running");
  EXPECT_EQ(rings, 3);
  EXPECT_EQ(ask("GET", "/cmr/queue/pause").status, 405);
  EXPECT_EQ(ask("POST", "/cmr/queue/stop").status, 404);
  EXPECT_EQ(ask("POST", "/cmr/queue/pause", "", false).status, 503);
}

TEST_F(QueueRoutesTest, APriorityIsAWordOrANumberOfTheRules) {
  const std::string path = "/cmr/jobs/" + submit("a") + "/priority";
  EXPECT_EQ(json(ask("POST", path, R"({"priority": "urgent"})"))["priority"], urgentPriority);
  EXPECT_EQ(json(ask("POST", path, R"({"priority": "backfill"})"))["priority"], backfillPriority);
  EXPECT_EQ(json(ask("POST", path, R"({"priority": -100})"))["priority"], -100);
  for (const char* body :
       {"", "{}", R"({"priority": "high"})", R"({"priority": 101})", R"({"priority": 1.5})",
        R"({"priority": 1, "more": 2})", "[1]", "{", R"({"priority": 99999999999999999999})"}) {
    EXPECT_EQ(ask("POST", path, body).status, 400) << body;
  }
  EXPECT_EQ(ask("POST", "/cmr/jobs/none/priority", R"({"priority": 1})").status, 404);
  store->cancel(onlyJob().id, "by hand");
  EXPECT_EQ(ask("POST", path, R"({"priority": 1})").status, 409);
}

TEST_F(QueueRoutesTest, ASeriesIsAskedForWithAPriority) {
  archive.addSeries("a", "study", 2, 3);
  EXPECT_EQ(ask("POST", "/cmr/series/a/analyze", R"({"priority": "urgent"})").status, 202);
  EXPECT_EQ(onlyJob().submission.priority, urgentPriority);
  EXPECT_EQ(ask("POST", "/cmr/series/a/analyze", R"({"priority": "never"})").status, 400);
  const RestResponse mistyped = ask("POST", "/cmr/series/a/analyze", R"({"prority": "urgent"})");
  EXPECT_EQ(mistyped.status, 400);
  EXPECT_THAT(json(mistyped)["error"].get<std::string>(), HasSubstr(R"(did you mean "priority"?)"));
  EXPECT_EQ(ask("POST", "/cmr/series/a/analyze").status, 202);
}

TEST_F(QueueRoutesTest, SeriesOfSomeDaysAreBackfilledAndThatIsOnRecord) {
  for (const auto& [study, date] :
       {std::pair{"before", "20251231"}, std::pair{"first", "20260101"},
        std::pair{"last", "20260131"}, std::pair{"after", "20260201"}}) {
    archive.addSeries("series " + std::string(study), study, 2, 3);
    archive.studyDates[study] = date;
  }
  const RestResponse response =
      ask("POST", "/cmr/queue/backfill", R"({"from": "20260101", "to": "20260131"})");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(json(response)["series"], 2);
  EXPECT_THAT(backfilled, ElementsAre("series first", "series last"));
  EXPECT_THAT(jobs(), IsEmpty()) << "that is the intake's to do";
  const auto entries = AuditTrail(*store).list({});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].action, "backfill");
  EXPECT_EQ(entries[0].subject, "20260101-20260131");
  for (const char* body :
       {"", "{}", R"({"from": "20260101"})", R"({"from": 20260101, "to": "20260131"})",
        R"({"from": "2026-01-01", "to": "20260131"})", R"({"from": "20261399", "to": "20261399"})",
        R"({"from": "20260101", "to": "20260230"})", R"({"from": "20260201", "to": "20260131"})",
        R"({"from": "20260101", "to": "20260131", "rule": "all"})"}) {
    EXPECT_EQ(ask("POST", "/cmr/queue/backfill", body).status, 400) << body;
  }
  EXPECT_EQ(ask("GET", "/cmr/queue/backfill").status, 405);
}

TEST_F(QueueRoutesTest, DeadJobsAreQueuedAgainInBulk) {
  for (const char* series : {"a", "b"}) {
    submit(series);
    for (int attempt = 0; attempt < 2; ++attempt) {
      store->finishFailed(*store->claim("20260101"), "killed", FailureCause::crash);
      nowMs += 10000000;
    }
  }
  EXPECT_EQ(ask("POST", "/cmr/queue/retry-dead", R"({"cause": "bad luck"})").status, 400);
  EXPECT_EQ(ask("POST", "/cmr/queue/retry-dead", R"({"limit": 0})").status, 400);
  EXPECT_EQ(json(ask("POST", "/cmr/queue/retry-dead", R"({"cause": "memory"})"))["queued"], 0);
  EXPECT_EQ(json(ask("POST", "/cmr/queue/retry-dead", R"({"limit": 1})"))["queued"], 1);
  EXPECT_EQ(json(ask("POST", "/cmr/queue/retry-dead"))["queued"], 1);
}

}  // namespace
}  // namespace cmr
