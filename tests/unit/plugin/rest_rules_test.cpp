#include "plugin/rest_rules.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
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
  EXPECT_EQ(rules["refused"]["text"], "{") << "what the lines of the mistakes count in";
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

TEST_F(RestRulesTest, AVerbThatIsNotTakenIsAnsweredWithThoseThatAre) {
  EXPECT_EQ(ask("DELETE", "/cmr/rules").allow, "GET,PUT");
  EXPECT_EQ(ask("DELETE", "/cmr/series/a/explain").allow, "GET,POST");
  EXPECT_EQ(ask("GET", "/cmr/rules/check").allow, "POST");
}

TEST_F(RestRulesTest, RulesSeeWhereASeriesCameFrom) {
  archive.addSeries("a", "study", 2, 3);
  archive.source["RemoteAET"] = "MR2";
  const std::string rules = R"({"schema": 1, "rules": [{"name": "r", "when":
      [{"source": "RemoteAET", "equals": "mr2"}], "tasks": ["seg_cine_sax"]}]})";
  EXPECT_EQ(json(ask("POST", "/cmr/series/a/explain", rules))["rule"], "r");
}

TEST_F(RestRulesTest, RulesOnPicturesAreTriedWithWhatTheLastJobSaw) {
  const std::string byView = R"({"schema": 1, "rules": [
      {"name": "short axis", "when": [{"classified": "view", "equals": "sax"}], "tasks": "auto"},
      {"name": "the rest", "when": [], "skip": "no short axis"}]})";
  submit();
  EXPECT_TRUE(json(ask("GET", "/cmr/series/a/explain"))["byPictures"].is_null());
  EXPECT_TRUE(json(ask("POST", "/cmr/series/a/explain", byView))["byPictures"].is_null());
  const auto lookOf = [](int phases, const char* view, bool isCertain) {
    return Json{{"SeriesInstanceUIDs", {"1.2.a"}},
                {"slices", 2},
                {"phases", phases},
                {"view",
                 {{"takenFor", view},
                  {"probability", 0.8},
                  {"isCertain", isCertain},
                  {"release", "report"}}}};
  };
  const auto explainedWith = [&](const Json& looks) {
    store->retry(onlyJob().id);
    store->finishNotAnalysable(*store->claim("20200102030405"), "no heart",
                               Json({{"firstLooks", looks}}).dump());
    return json(ask("POST", "/cmr/series/a/explain", byView));
  };
  store->finishNotAnalysable(*store->claim("20200102030405"), "no heart", "{}");
  Json explained = explainedWith({lookOf(1, "4ch", true), lookOf(3, "sax", true)});
  EXPECT_EQ(explained["action"], "analyze");  // a job would look again
  EXPECT_EQ(explained["byPictures"]["rule"], "short axis");
  EXPECT_EQ(explained["byPictures"]["job"], onlyJob().id);
  EXPECT_EQ(explained["byPictures"]["answers"]["view"]["takenFor"], "sax");
  explained = explainedWith(Json::array({lookOf(3, "sax", false)}));
  EXPECT_EQ(explained["byPictures"]["rule"], "the rest");
  EXPECT_EQ(explained["byPictures"]["action"], "skip");
  EXPECT_TRUE(explainedWith(Json::array())["byPictures"].is_null());
}

TEST_F(RestRulesTest, AJobKeepsTheDecisionThatMadeIt) {
  const std::string id = submit();
  useRules(R"({"schema": 1, "rules": []})");
  const Json decision = json(ask("GET", "/cmr/jobs/" + id))["decision"];
  EXPECT_EQ(decision["rule"], "mr");
  EXPECT_EQ(decision["explanation"][0]["clauses"][0]["why"], "Modality is \"MR\"");
  EXPECT_EQ(decision["rulesSha256"].get<std::string>().size(), 64U);
}

class RestEditTest : public RestRulesTest {
 protected:
  RestEditTest() {
    planner.reset();
    liveRules = std::make_unique<LiveRules>((folder / "rules.json").string(), logCallback(), true);
    planner = std::make_unique<GroupPlanner>(archive, *store, *liveRules,
                                             [](const std::string&) { return "package"; });
  }
  RestResponse put(const std::string& text, const std::string& replaces) {
    RestContext context;
    context.status = [] { return Json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.rules = liveRules.get();
    return answerRest({"PUT", "/cmr/rules", {}, text, {{"if-match", replaces}}}, context);
  }
  std::string hash() { return json(ask("GET", "/cmr/rules"))["sha256"]; }
  std::string textOf(const char* name) {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static constexpr const char* other =
      R"({"schema": 1, "rules": [{"name": "other", "when": [], "skip": "x"}]})";
};

TEST_F(RestEditTest, RulesAreReplacedAsAWholeAndTheEarlierOnesKept) {
  EXPECT_EQ(json(ask("GET", "/cmr/rules"))["editable"], true);
  const RestResponse response = put(other, hash());
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(json(response)["names"], Json({"other"}));
  EXPECT_EQ(textOf("rules.json"), other);
  EXPECT_EQ(textOf("rules.json.previous"), everyMrSeries);
  EXPECT_THAT(log, HasSubstr("replaced over REST"));
}

TEST_F(RestEditTest, OfTwoAdministratorsTheSecondIsToldAndNothingIsHalfApplied) {
  const std::string seen = hash();
  EXPECT_EQ(put(other, seen).status, 200);
  EXPECT_EQ(put(everyMrSeries, seen).status, 409);
  useRules(everyMrSeries);  // by hand, not looked at yet
  EXPECT_EQ(put(other, seen).status, 409);
  EXPECT_EQ(textOf("rules.json"), everyMrSeries);
}

TEST_F(RestEditTest, TheVersionThatIsReplacedMayStandInQuotesAsHttpHasIt) {
  EXPECT_EQ(put(other, "\"" + hash() + "\"").status, 200);
  EXPECT_EQ(put(everyMrSeries, "\"0\"").status, 409);
  EXPECT_EQ(put(everyMrSeries, "*").status, 200) << "any";
  EXPECT_EQ(textOf("rules.json"), everyMrSeries);
}

TEST_F(RestEditTest, WhoWasSecondSeesWhatIsThereNowAndGoesOnFromIt) {
  const std::string seen = hash();
  useRules(other);  // by hand
  EXPECT_EQ(put(everyMrSeries, seen).status, 409);
  const Json now = json(ask("GET", "/cmr/rules"));
  EXPECT_EQ(now["text"], other);
  EXPECT_EQ(put(everyMrSeries, now["sha256"]).status, 200);
}

TEST_F(RestEditTest, AFileThatSomebodyBrokeByHandIsNotWrittenOverAndTheAnswerSaysWhy) {
  const std::string seen = hash();
  useRules("{");
  const RestResponse response = put(other, seen);
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(json(response)["error"].get<std::string>(),
              AllOf(HasSubstr("changed by hand and is refused"), HasSubstr("parse error")));
  EXPECT_EQ(textOf("rules.json"), "{");
}

TEST_F(RestEditTest, WhoeverSaysSoReplacesABrokenFileToo) {
  useRules("{");
  EXPECT_EQ(put(other, "*").status, 200);
  EXPECT_EQ(textOf("rules.json"), other);
  EXPECT_EQ(textOf("rules.json.previous"), "{");
  EXPECT_EQ(json(ask("GET", "/cmr/rules"))["problem"], "");
}

TEST_F(RestEditTest, AMistakeInTheBodyIsToldOfTheBodyNotOfTheFile) {
  const std::string error = json(put("{", hash()))["error"];
  EXPECT_THAT(error, HasSubstr("the body: parse error"));
  EXPECT_THAT(error, Not(HasSubstr("rules.json")));
}

TEST_F(RestEditTest, BrokenRulesAreNeverWritten) {
  EXPECT_EQ(put("{", hash()).status, 400);
  EXPECT_EQ(ask("PUT", "/cmr/rules", other).status, 400);
  EXPECT_EQ(textOf("rules.json"), everyMrSeries);
}

TEST_F(RestRulesTest, WithoutTheSettingNobodyEditsOverRest) {
  EXPECT_EQ(json(ask("GET", "/cmr/rules"))["editable"], false);
  RestContext context;
  context.status = [] { return Json{{"state", "running"}}; };
  context.store = store.get();
  context.planner = planner.get();
  context.rules = liveRules.get();
  const std::string sha256 = json(ask("GET", "/cmr/rules"))["sha256"];
  EXPECT_EQ(answerRest({"PUT", "/cmr/rules", {}, "{}", {{"if-match", sha256}}}, context).status,
            403);
}

TEST_F(RestRulesTest, AForeignPageInABrowserChangesNothing) {
  RestContext context;
  context.status = [] { return Json{{"state", "running"}}; };
  const auto reload = [&](std::map<std::string, std::string> headers) {
    return answerRest({"POST", "/cmr/rules/check", {}, "{}", std::move(headers)}, context).status;
  };
  EXPECT_EQ(reload({{"origin", "https://elsewhere"}}), 403);
  EXPECT_EQ(reload({{"origin", "https://here"}, {"x-cmr-request", "page"}}), 200);
}

}  // namespace
}  // namespace cmr
