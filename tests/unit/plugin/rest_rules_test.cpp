#include "plugin/rest_rules.h"

#include <gmock/gmock.h>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class RestRulesTest : public ServiceFixture {
 protected:
  RestResponse ask(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    RestContext context;
    context.status = [] { return Json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.rules = liveRules.get();
    context.ring = [] {};
    return answerRest({method, path, {}, body}, context);
  }
  Json json(const RestResponse& response) { return Json::parse(response.body); }
};

TEST_F(RestRulesTest, TheRulesInUseAreShownWithTheirTextAndWhatIsWrongWithTheFile) {
  Json rules = json(ask("GET", "/cmr/rules"));
  EXPECT_EQ(rules["text"], everyMrSeries);
  EXPECT_EQ(rules["names"], Json({"mr"}));
  EXPECT_EQ(rules["problem"], "");
  EXPECT_EQ(rules["refused"], nullptr);
  useRules("{");
  EXPECT_EQ(ask("POST", "/cmr/rules/reload").status, 409);
  rules = json(ask("GET", "/cmr/rules"));
  EXPECT_EQ(rules["text"], everyMrSeries);
  EXPECT_THAT(rules["problem"].get<std::string>(), HasSubstr("parse error"));
  EXPECT_EQ(rules["refused"]["valid"], false);
}

TEST_F(RestRulesTest, ADocumentIsCheckedWithoutAServiceToo) {
  RestContext broken;
  broken.status = [] { return Json{{"state", "misconfigured"}}; };
  const auto check = [&](const std::string& body) {
    return Json::parse(answerRest({"POST", "/cmr/rules/check", {}, body}, broken).body);
  };
  EXPECT_EQ(check(std::string(shippedRulesText()))["valid"], true);
  const Json report = check("{\"schema\": 1,\n\"rule\": []}");
  EXPECT_EQ(report["valid"], false);
  EXPECT_EQ(report["mistakes"][0]["pointer"], "/rule");
  EXPECT_EQ(report["mistakes"][0]["line"], 2);
  EXPECT_EQ(check("")["valid"], false);
  EXPECT_EQ(answerRest({"GET", "/cmr/rules/check", {}}, broken).status, 405);
  EXPECT_EQ(answerRest({"GET", "/cmr/rules", {}}, broken).status, 503);
}

TEST_F(RestRulesTest, AReloadTakesTheFileThatIsThere) {
  useRules(R"({"schema": 1, "rules": [{"name": "new", "when": [], "skip": "x"}]})");
  const RestResponse response = ask("POST", "/cmr/rules/reload");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json(response)["names"], Json({"new"}));
}

TEST_F(RestRulesTest, ASeriesIsExplainedUnderTheRulesInUseAndUnderOthers) {
  archive.addSeries("a", "study", 2, 3);
  const Json now = json(ask("GET", "/cmr/series/a/explain"));
  EXPECT_EQ(now["action"], "analyze");
  EXPECT_EQ(now["rules"][0]["rule"], "mr");
  const Json other = json(ask("POST", "/cmr/series/a/explain", R"({"schema": 1, "rules": [
      {"name": "none", "when": [], "skip": "nothing today"},
      {"name": "mr", "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})"));
  EXPECT_EQ(other["action"], "skip");
  EXPECT_EQ(other["rules"][1]["matched"], true);
  EXPECT_EQ(json(ask("GET", "/cmr/rules"))["names"], Json({"mr"}));
  const RestResponse refused = ask("POST", "/cmr/series/a/explain", "{}");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(json(refused)["error"].get<std::string>(), HasSubstr("\"schema\" is missing"));
  EXPECT_EQ(ask("GET", "/cmr/series/none/explain").status, 404);
}

TEST_F(RestRulesTest, RulesSeeWhereASeriesCameFrom) {
  archive.addSeries("a", "study", 2, 3);
  archive.source["RemoteAET"] = "MR2";
  const std::string rules = R"({"schema": 1, "rules": [{"name": "r", "when":
      [{"source": "RemoteAET", "equals": "mr2"}], "tasks": ["seg_cine_sax"]}]})";
  EXPECT_EQ(json(ask("POST", "/cmr/series/a/explain", rules))["rule"], "r");
}

TEST_F(RestRulesTest, AJobKeepsTheDecisionThatMadeIt) {
  const std::string id = submit();
  useRules(R"({"schema": 1, "rules": []})");
  const Json decision = json(ask("GET", "/cmr/jobs/" + id))["decision"];
  EXPECT_EQ(decision["rule"], "mr");
  EXPECT_EQ(decision["explanation"][0]["clauses"][0]["why"], "Modality is \"MR\"");
  EXPECT_EQ(decision["rulesSha256"].get<std::string>().size(), 64U);
}

}  // namespace
}  // namespace cmr
