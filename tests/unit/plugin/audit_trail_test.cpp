#include "plugin/audit_trail.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/rest_routes.h"
#include "plugin/sqlite_connection.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

constexpr const char* otherRules = R"({"schema": 1, "rules": [{"name": "all", "when": [],
  "tasks": ["seg_cine_sax"]}]})";
constexpr const char* exam = R"({"PatientName": "Doe^Jane", "PatientID": "4711",
  "AccessionNumber": "A1", "Modality": "MR", "ScheduledProcedureStepStartDate": "20260131"})";
constexpr const char* laterExam = R"({"PatientName": "Doe^Jane", "PatientID": "4711",
  "AccessionNumber": "A1", "Modality": "MR", "ScheduledProcedureStepStartDate": "20260201"})";

// Anna is administrator, Otto operator, Vera viewer, as a proxy tells.
class AuditTrailTest : public ServiceFixture {
 protected:
  AuditTrailTest()
      : editable((folder / "rules.json").string(), logCallback(), true), deliveries(*store, 3) {}

  RestResponse ask(const std::string& user, const std::string& method, const std::string& path,
                   const std::string& body = {}, const std::string& ifMatch = {}) {
    RestContext context;
    context.status = [] { return Json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.rules = &editable;
    context.deliveries = &deliveries;
    context.ring = [] {};
    context.worklist.enable = true;
    context.access = {
        true, {{"anna", Role::administrator}, {"otto", Role::operatorRole}}, "x-user", false};
    RestRequest request{method, path, {}, body, {{"x-user", user}}};
    if (!ifMatch.empty()) request.headers["if-match"] = ifMatch;
    return answerRest(request, context);
  }
  std::vector<AuditEntry> trail(const std::string& kind = {}) {
    AuditTrail::Filter filter;
    filter.kind = kind;
    return AuditTrail(*store).list(filter);
  }
  // "otto (operator): job retry, dead -> queued" without what differs from run to run.
  static std::string line(const AuditEntry& entry) {
    return entry.by.user + " (" + entry.by.role + "): " + entry.kind + " " + entry.action + " " +
           entry.wasJson + " -> " + entry.becameJson;
  }
  std::vector<std::string> lines() {
    std::vector<std::string> all;
    for (const AuditEntry& entry : trail()) all.push_back(line(entry));
    return all;
  }

  LiveRules editable;
  DeliveryQueue deliveries;
};

TEST_F(AuditTrailTest, WhatIsDoneToAJobIsOnRecordWithWhoDidIt) {
  const std::string id = submit();
  EXPECT_THAT(trail(), IsEmpty()) << "what the service does by itself is told by its jobs";
  EXPECT_EQ(ask("otto", "POST", "/cmr/jobs/" + id + "/priority", R"({"priority": 7})").status, 200);
  EXPECT_EQ(ask("otto", "POST", "/cmr/jobs/" + id + "/cancel").status, 200);
  EXPECT_EQ(ask("anna", "POST", "/cmr/jobs/" + id + "/retry").status, 200);
  EXPECT_THAT(
      lines(),
      ElementsAre(R"(anna (administrator): job retry {"state":"cancelled"} -> {"state":"queued"})",
                  R"(otto (operator): job cancel {"state":"queued"} -> {"state":"cancelled"})",
                  R"(otto (operator): job priority {"priority":0} -> {"priority":7})"));
  for (const AuditEntry& entry : trail()) EXPECT_EQ(entry.subject, id);
}

TEST_F(AuditTrailTest, WhatIsRefusedOrChangesNothingIsNotOnRecord) {
  const std::string id = submit();
  EXPECT_EQ(ask("vera", "POST", "/cmr/jobs/" + id + "/cancel").status, 403);
  EXPECT_EQ(ask("otto", "POST", "/cmr/jobs/" + id + "/retry").status, 409);
  EXPECT_EQ(ask("otto", "DELETE", "/cmr/worklist/none").status, 200);
  EXPECT_EQ(ask("anna", "PUT", "/cmr/rules", "{", editable.now().sha256).status, 400);
  EXPECT_EQ(ask("anna", "PUT", "/cmr/rules", otherRules, "another").status, 409);
  EXPECT_THAT(trail(), IsEmpty());
  EXPECT_EQ(AuditTrail(*store).rulesText(sha256Hex(otherRules)), std::nullopt);
}

TEST_F(AuditTrailTest, AnalysesThatPeopleAskForAreOnRecord) {
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  EXPECT_EQ(ask("otto", "POST", "/cmr/series/a/analyze").status, 202);
  EXPECT_EQ(ask("otto", "POST", "/cmr/series/a/analyze").status, 202) << "it is on its way already";
  EXPECT_THAT(lines(), ElementsAre(R"(otto (operator): job analyze  -> {"state":"queued"})"));
}

TEST_F(AuditTrailTest, EveryDeadJobThatIsQueuedAgainHasItsRow) {
  for (const char* id : {"a", "b"}) submit(id);
  for (int i = 0; i < 4; ++i) {
    nowMs += 100000000;
    store->finishFailed(*store->claim("20260101"), "no", FailureCause::analysis);
  }
  EXPECT_EQ(ask("otto", "POST", "/cmr/queue/retry-dead").status, 200);
  ASSERT_EQ(trail().size(), 2U);
  EXPECT_NE(trail()[0].subject, trail()[1].subject);
  EXPECT_EQ(line(trail()[0]),
            R"(otto (operator): job retry {"state":"dead"} -> {"state":"queued"})");
}

TEST_F(AuditTrailTest, PauseAndResumeAreOnRecord) {
  ask("otto", "POST", "/cmr/queue/pause");
  ask("otto", "POST", "/cmr/queue/resume");
  EXPECT_THAT(
      lines(),
      ElementsAre(R"(otto (operator): queue mode {"mode":"paused"} -> {"mode":"running"})",
                  R"(otto (operator): queue mode {"mode":"running"} -> {"mode":"paused"})"));
}

TEST_F(AuditTrailTest, WorklistEntriesAreOnRecordFromWhatToWhat) {
  const std::string id = Json::parse(ask("otto", "POST", "/cmr/worklist", exam).body)["id"];
  EXPECT_EQ(ask("otto", "PUT", "/cmr/worklist/" + id, laterExam, "*").status, 200);
  EXPECT_EQ(ask("otto", "DELETE", "/cmr/worklist/" + id).status, 200);
  const auto all = trail("worklist");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].action, "schedule");
  EXPECT_EQ(all[2].wasJson, "");
  EXPECT_EQ(Json::parse(all[1].wasJson)["ScheduledProcedureStepStartDate"], "20260131");
  EXPECT_EQ(Json::parse(all[1].becameJson)["ScheduledProcedureStepStartDate"], "20260201");
  EXPECT_EQ(all[0].action, "unschedule");
  EXPECT_EQ(all[0].becameJson, "");
}

TEST_F(AuditTrailTest, RulesAreOnRecordWithBothTextsToGoBackTo) {
  AuditTrail audit(*store);
  const auto inUse = [this] {
    const RulesStatus now = editable.status();
    return RulesVersion{now.sha256, now.text, now.file};
  };
  audit.noteRules({{}, serviceRole}, "found", inUse);
  audit.noteRules({{}, serviceRole}, "found", inUse);  // nothing new
  const std::string first = editable.now().sha256;
  EXPECT_EQ(ask("anna", "PUT", "/cmr/rules", otherRules, first).status, 200);
  audit.noteRules({{}, serviceRole}, "found", inUse);  // known by now
  ASSERT_EQ(trail("rules").size(), 2U);
  EXPECT_EQ(line(trail("rules")[0]), R"(anna (administrator): rules replace {"sha256":")" + first +
                                         R"("} -> {"sha256":")" + sha256Hex(otherRules) + "\"}");
  const Json history = Json::parse(ask("vera", "GET", "/cmr/rules/history").body);
  ASSERT_EQ(history["versions"].size(), 2U);
  EXPECT_EQ(history["versions"][1]["sha256"], first);
  const Json earlier = Json::parse(ask("vera", "GET", "/cmr/rules/history/" + first).body);
  EXPECT_EQ(earlier["text"], everyMrSeries);
  EXPECT_EQ(ask("vera", "GET", "/cmr/rules/history/none").status, 404);
}

TEST_F(AuditTrailTest, AFileThatChangesOnDiskIsOnRecordOfNobody) {
  AuditTrail audit(*store);
  useRules(otherRules);
  EXPECT_EQ(ask("anna", "POST", "/cmr/rules/reload").status, 200);
  EXPECT_EQ(trail().front().action, "reload");
  EXPECT_EQ(trail().front().by.user, "anna");
  audit.notePackage("/models/starter", "first");
  audit.notePackage("/models/starter", "first");
  audit.notePackage("/models/starter", "second");
  EXPECT_EQ(line(trail().front()),
            R"( (service): package found {"sha256":"first"} -> {"sha256":"second"})");
  EXPECT_EQ(trail("package").size(), 2U);
}

TEST_F(AuditTrailTest, AFileThatCannotBeWrittenLeavesNoRow) {
  AuditTrail audit(*store);
  EXPECT_THROW(audit.replaceRules(
                   {"anna", "administrator"}, {"hash", "text", "file"},
                   []() -> bool { throw ResourceError("disk is full"); }, [] {}),
               ResourceError);
  EXPECT_THAT(trail(), IsEmpty());
  EXPECT_EQ(audit.rulesText("hash"), std::nullopt);
}

TEST_F(AuditTrailTest, OnlyAdministratorsReadItPageByPage) {
  for (int i = 0; i < 3; ++i) ask("otto", "POST", "/cmr/queue/pause");
  EXPECT_EQ(ask("otto", "GET", "/cmr/audit").status, 403);
  const Json all = Json::parse(ask("anna", "GET", "/cmr/audit").body);
  ASSERT_EQ(all["entries"].size(), 3U);
  EXPECT_EQ(all["entries"][0]["user"], "otto");
  EXPECT_EQ(all["entries"][0]["became"], (Json{{"mode", "paused"}}));
  AuditTrail::Filter filter;
  filter.limit = 2;
  filter.offset = 2;
  EXPECT_EQ(AuditTrail(*store).list(filter).size(), 1U);
  filter = {};
  filter.user = "anna";
  EXPECT_THAT(AuditTrail(*store).list(filter), IsEmpty());
}

// Whoever has the file can do anything; the program's own statements cannot.
TEST_F(AuditTrailTest, NoStatementRewritesIt) {
  store->setMode(JobStore::Mode::paused, {"otto", "operator"});
  EXPECT_EQ(AuditTrail(*store).forgetOld(1000, 10), 0) << "nothing is so old";
  store.reset();
  SqliteConnection connection((folder / "jobs.sqlite").string(), "");
  for (const char* sql : {"UPDATE audit SET user = 'somebody else'", "DELETE FROM audit"}) {
    try {
      connection.execute(sql);
      ADD_FAILURE() << sql;
    } catch (const ResourceError& error) {
      EXPECT_THAT(error.what(), HasSubstr("only appended to"));
    }
  }
}

}  // namespace
}  // namespace cmr
