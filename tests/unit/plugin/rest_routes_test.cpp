#include "plugin/rest_routes.h"

#include <gmock/gmock.h>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class RestRoutesTest : public ServiceFixture {
 protected:
  RestContext context() {
    RestContext context;
    context.status = [this] { return status; };
    context.store = store.get();
    context.planner = planner.get();
    context.ring = [this] { ++rings; };
    return context;
  }
  RestResponse ask(const std::string& method, const std::string& path,
                   std::map<std::string, std::string> query = {}) {
    return answerRest({method, path, std::move(query)}, context());
  }
  Json json(const RestResponse& response) { return Json::parse(response.body); }

  Json status = {{"state", "running"}};
  int rings = 0;
};

TEST_F(RestRoutesTest, TheStatusIsWhatTheServiceSays) {
  EXPECT_EQ(json(ask("GET", "/cmr/status")), status);
}

TEST_F(RestRoutesTest, JobsAreListedAndFound) {
  const std::string id = submit("a");
  submit("b");
  EXPECT_EQ(json(ask("GET", "/cmr/jobs"))["jobs"].size(), 2U);
  EXPECT_EQ(json(ask("GET", "/cmr/jobs", {{"limit", "1"}}))["jobs"].size(), 1U);
  EXPECT_EQ(json(ask("GET", "/cmr/jobs", {{"state", "done"}}))["jobs"].size(), 0U);
  EXPECT_EQ(json(ask("GET", "/cmr/jobs", {{"series", "a"}}))["jobs"][0]["id"], id);
  EXPECT_EQ(json(ask("GET", "/cmr/jobs", {{"study", "study"}}))["jobs"].size(), 2U);
  EXPECT_EQ(json(ask("GET", "/cmr/jobs", {{"study", "another"}}))["jobs"].size(), 0U);
  const Json job = json(ask("GET", "/cmr/jobs/" + id));
  EXPECT_EQ(job["state"], "queued");
  EXPECT_EQ(job["series"], Json({"a"}));
  EXPECT_TRUE(job["retryAt"].is_null());
}

TEST_F(RestRoutesTest, AHaematocritIsStatedOfAStudyAndForgotten) {
  submit("a");
  const auto put = [&](const std::string& study, const std::string& body) {
    RestRequest request{"PUT", "/cmr/studies/" + study + "/haematocrit", {}};
    request.body = body;
    return answerRest(request, context()).status;
  };
  EXPECT_EQ(put("study", R"({"haematocrit": 0.42})"), 200);
  EXPECT_EQ(store->haematocrit("study"), 0.42);
  EXPECT_EQ(put("study", R"({"haematocrit": 42})"), 400);
  EXPECT_EQ(put("study", "0.4"), 400);
  EXPECT_EQ(put("none", R"({"haematocrit": 0.42})"), 404);
  EXPECT_EQ(store->haematocrit("study"), 0.42);
  EXPECT_EQ(put("study", R"({"haematocrit": null})"), 200);
  EXPECT_FALSE(store->haematocrit("study"));
}

TEST_F(RestRoutesTest, ABodyNestedWithoutEndIsRefusedAndDoesNotEndTheArchive) {
  submit("a");
  RestRequest request{"PUT", "/cmr/studies/study/haematocrit", {}};
  const std::size_t deep = 1000000;
  request.body = R"({"haematocrit": )" + std::string(deep, '[') + std::string(deep, ']') + "}";
  const RestResponse response = answerRest(request, context());
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("nested too deeply"));
}

TEST_F(RestRoutesTest, TheReportOnAStudyIsAskedForWithoutWhatItWaitsFor) {
  submit("a");
  EXPECT_FALSE(store->isReportAskedFor("study"));
  EXPECT_TRUE(json(ask("GET", "/cmr/studies/study"))["completeness"].is_null());
  EXPECT_EQ(ask("POST", "/cmr/studies/none/report").status, 404);
  EXPECT_EQ(ask("GET", "/cmr/studies/study/report").status, 405);
  EXPECT_EQ(ask("POST", "/cmr/studies/study/report").status, 200);
  EXPECT_TRUE(store->isReportAskedFor("study"));
  EXPECT_EQ(store->studiesToReport(9).size(), 0U);  // its series is not analysed yet
}

TEST_F(RestRoutesTest, ParametersThatMeanNothingAreRefused) {
  EXPECT_EQ(ask("GET", "/cmr/jobs", {{"limit", "-1"}}).status, 400);
  EXPECT_EQ(ask("GET", "/cmr/jobs", {{"limit", "1001"}}).status, 400);
  EXPECT_EQ(ask("GET", "/cmr/jobs", {{"limit", "1x"}}).status, 400);
  EXPECT_EQ(ask("GET", "/cmr/jobs", {{"state", "happy"}}).status, 400);
}

// A list that leaves a mistyped filter out shows what was not asked for.
TEST_F(RestRoutesTest, ParametersAndWordsThatNoListKnowsAreRefusedWithTheNearest) {
  DeliveryQueue deliveries(*store, 3);
  const auto refusal = [&](const std::string& list, std::map<std::string, std::string> query) {
    RestContext all = context();
    all.deliveries = &deliveries;
    const RestResponse response = answerRest({"GET", "/cmr/" + list, std::move(query)}, all);
    return std::to_string(response.status) + " " + json(response).value("error", "");
  };
  EXPECT_EQ(refusal("jobs", {{"stat", "dead"}}),
            R"(400 there is no parameter "stat"; did you mean "state"?)");
  EXPECT_EQ(refusal("jobs", {{"state", "ded"}}),
            R"(400 there is no job state "ded"; did you mean "dead"?)");
  EXPECT_EQ(refusal("jobs", {{"cause", "zzz"}}), R"(400 there is no cause of failure "zzz")");
  EXPECT_EQ(refusal("jobs", {{"cause", "Crash"}}),
            R"(400 there is no cause of failure "Crash"; did you mean "crash"?)");
  EXPECT_EQ(refusal("skipped", {{"serie", "a"}}),
            R"(400 there is no parameter "serie"; did you mean "series"?)");
  EXPECT_EQ(refusal("audit", {{"kind", "jobs"}}),
            R"(400 there is nothing on record of the kind "jobs"; did you mean "job"?)");
  EXPECT_EQ(refusal("audit", {{"users", "anna"}}),
            R"(400 there is no parameter "users"; did you mean "user"?)");
  EXPECT_EQ(refusal("deliveries", {{"state", "send"}}),
            R"(400 there is no state of a delivery "send"; did you mean "sent"?)");
  EXPECT_EQ(refusal("deliveries", {{"job", "1"}}), R"(400 there is no parameter "job")");
  for (const char* kind : {"job", "queue", "deliveries", "worklist", "rules", "study", "package"}) {
    EXPECT_EQ(refusal("audit", {{"kind", kind}, {"limit", "5"}, {"offset", "0"}}), "200 ");
  }
}

TEST_F(RestRoutesTest, WhatIsNotThereIsNotFound) {
  for (const char* path : {"/cmr", "/cmr/", "/cmr/unknown", "/cmr/jobs/none", "/cmr/jobs/a/b/c",
                           "/cmr/series/none", "/elsewhere", ""}) {
    const RestResponse response = ask("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_TRUE(json(response).contains("error"));
  }
  EXPECT_EQ(ask("POST", "/cmr/series/none/analyze").status, 404);
  EXPECT_EQ(ask("POST", "/cmr/jobs/none/cancel").status, 404);
}

TEST_F(RestRoutesTest, AWrongVerbNamesTheRightOne) {
  const RestResponse response = ask("DELETE", "/cmr/jobs");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.allow, "GET");
  EXPECT_EQ(ask("GET", "/cmr/jobs/x/retry").allow, "POST");
  EXPECT_EQ(ask("PUT", "/cmr/status").status, 405);
}

TEST_F(RestRoutesTest, ResultsAreThereAfterTheAnalysis) {
  const std::string id = submit();
  EXPECT_EQ(ask("GET", "/cmr/jobs/" + id + "/results").status, 404);
  store->finishAnalysed(*store->claim("20200102030405"), {}, R"({"lv": 1})");
  EXPECT_EQ(ask("GET", "/cmr/jobs/" + id + "/results").body, R"({"lv": 1})");
}

TEST_F(RestRoutesTest, CancelAndRetryChangeTheJobAndRing) {
  const std::string id = submit();
  EXPECT_EQ(json(ask("POST", "/cmr/jobs/" + id + "/cancel"))["state"], "cancelled");
  EXPECT_EQ(ask("POST", "/cmr/jobs/" + id + "/cancel").status, 409);
  EXPECT_EQ(json(ask("POST", "/cmr/jobs/" + id + "/retry"))["state"], "queued");
  EXPECT_EQ(rings, 2);
}

TEST_F(RestRoutesTest, ASeriesIsAnalysedOnRequestAndItsJobQueuedAgain) {
  archive.addSeries("a", "study", 2, 3);
  const Json first = json(ask("POST", "/cmr/series/a/analyze"));
  EXPECT_EQ(first["created"], true);
  store->finishAnalysed(*store->claim("20200102030405"), {}, "{}");
  const RestResponse again = ask("POST", "/cmr/series/a/analyze");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(json(again)["job"], first["job"]);
  EXPECT_EQ(onlyJob().state, JobState::queued);
}

TEST_F(RestRoutesTest, AnalyzingOneSliceTakesTheWholeGroup) {
  archive.addSeries("a", "study", 1, 3);
  archive.addSeries("b", "study", 1, 3);
  archive.addSeries("elsewhere", "another", 1, 3);
  EXPECT_EQ(json(ask("POST", "/cmr/series/b/analyze"))["series"], Json({"a", "b"}));
}

TEST_F(RestRoutesTest, ASeriesThatTheRulesLeaveAloneIsRefusedWithTheClause) {
  archive.addSeries("a", "study", 2, 3, "CT");
  const RestResponse response = ask("POST", "/cmr/series/a/analyze");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(json(response)["error"].get<std::string>(), HasSubstr("CT"));
  EXPECT_EQ(json(response)["explanation"][0]["clauses"][0]["held"], false);
  EXPECT_EQ(json(ask("GET", "/cmr/series/a"))["action"], "never");
}

TEST_F(RestRoutesTest, SkippedSeriesAreListedWithTheReasonNewestFirst) {
  store->recordSkipped({"a", "study", "1.2.a", "it is a CT", 0});
  store->recordSkipped({"b", "study", "1.2.b", "it is a scout", 0});
  store->recordSkipped({"c", "other", "1.2.c", "it is a scout", 0});
  const Json all = json(ask("GET", "/cmr/skipped"))["skipped"];
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]["series"], "c");
  EXPECT_EQ(all[2]["reason"], "it is a CT");
  EXPECT_EQ(all[2]["SeriesInstanceUID"], "1.2.a");
  EXPECT_EQ(json(ask("GET", "/cmr/skipped", {{"study", "study"}}))["skipped"].size(), 2U);
  EXPECT_EQ(json(ask("GET", "/cmr/skipped", {{"series", "b"}}))["skipped"][0]["series"], "b");
  EXPECT_EQ(json(ask("GET", "/cmr/skipped", {{"limit", "1"}}))["skipped"].size(), 1U);
  EXPECT_EQ(ask("GET", "/cmr/skipped", {{"limit", "many"}}).status, 400);
  EXPECT_EQ(ask("POST", "/cmr/skipped").allow, "GET");
}

TEST_F(RestRoutesTest, WithoutAServiceTheReasonIsToldAndTheStatusStillAnswers) {
  RestContext broken;
  broken.status = [] { return Json{{"state", "misconfigured"}, {"reason", "no package"}}; };
  EXPECT_EQ(answerRest({"GET", "/cmr/status", {}}, broken).status, 200);
  const RestResponse response = answerRest({"GET", "/cmr/jobs", {}}, broken);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("no package"));
}

TEST_F(RestRoutesTest, AnArchiveInTroubleIsAnErrorAndNoCrash) {
  archive.addSeries("a", "study", 2, 3);
  archive.unreadableSeries = "a";
  const RestResponse response = ask("POST", "/cmr/series/a/analyze");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("bad sector"));
}

}  // namespace
}  // namespace cmr
