#include "plugin/package_choice.h"

#include <gmock/gmock.h>

#include "analysis/errors.h"
#include "plugin/rest_routes.h"
#include "tests/support/small_package.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Json = nlohmann::json;

// A site with its usual package and one of the name "3t". Anna is administrator, Berta as well,
// Otto operator, as a proxy tells.
class PackageChoiceTest : public ServiceFixture {
 protected:
  void SetUp() override { restart({"3t"}); }

  // Another process over the same database, with these packages beside the usual one.
  void restart(const std::vector<std::string>& names) {
    std::map<std::string, std::string> folders{{"", usual.folder().string()}};
    std::map<std::string, std::string> known{{"", ofUsual}};
    for (const std::string& name : names) {
      folders[name] = (name == "7t" ? third : other).folder().string();
      known[name] = name == "7t" ? ofThird : ofOther;
    }
    planner.reset();
    choice.reset();
    store.reset();
    JobStoreSettings settings;
    settings.path = (folder / "jobs.sqlite").string();
    store = std::make_unique<JobStore>(settings, [this] { return nowMs; });
    shelf = std::make_unique<PackageShelf>(folders, known, logCallback());
    choice = std::make_unique<PackageChoice>(*store, *shelf, logCallback());
    planner = std::make_unique<GroupPlanner>(
        archive, *store, *liveRules,
        [this](const std::string& name) { return choice->sha256(name); },
        [this] { return localTime; });
  }

  RestResponse ask(const std::string& user, const std::string& method, const std::string& body = {},
                   const std::string& ifMatch = {}) {
    RestContext context;
    context.status = [] { return Json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.packageChoice = choice.get();
    context.access = {true,
                      {{"anna", Role::administrator},
                       {"berta", Role::administrator},
                       {"otto", Role::operatorRole}},
                      "x-user",
                      false};
    RestRequest request{method, "/cmr/models/default", {}, body, {{"x-user", user}}};
    if (!ifMatch.empty()) request.headers["if-match"] = ifMatch;
    return answerRest(request, context);
  }
  std::string sentence(const RestResponse& response) {
    return Json::parse(response.body).at("error").get<std::string>();
  }
  std::vector<std::string> trail() {
    std::vector<std::string> lines;
    for (const AuditEntry& entry : AuditTrail(*store).list({})) {
      lines.push_back(entry.by.user + ": " + entry.kind + " " + entry.action + " " + entry.wasJson +
                      " -> " + entry.becameJson);
    }
    return lines;
  }
  std::string packageOfJob(const std::string& id) {
    return store->job(id)->submission.packageSha256;
  }

  static constexpr const char* to3t = R"({"package": "3t"})";
  test::SmallPackage usual;
  test::SmallPackage other;
  test::SmallPackage third;
  const std::string ofUsual = usual.install("usual");
  const std::string ofOther = other.install("other");
  const std::string ofThird = third.install("third");
  std::unique_ptr<PackageShelf> shelf;
  std::unique_ptr<PackageChoice> choice;
};

TEST_F(PackageChoiceTest, NewJobsAreForTheChosenPackageAndThoseOfBeforeKeepTheirs) {
  const std::string before = submit("a");
  EXPECT_EQ(packageOfJob(before), ofUsual);
  EXPECT_EQ(ask("anna", "PUT", to3t, "*").status, 200);
  EXPECT_EQ(packageOfJob(submit("b")), ofOther);
  EXPECT_EQ(packageOfJob(before), ofUsual);
  EXPECT_EQ(store->job(before)->state, JobState::queued);
  EXPECT_EQ(ask("anna", "DELETE").status, 200);
  EXPECT_EQ(packageOfJob(submit("c")), ofUsual);
}

TEST_F(PackageChoiceTest, ARuleThatNamesItsPackageKeepsIt) {
  restart({"3t", "7t"});
  useRules(R"({"schema": 1, "rules": [{"name": "mr", "when": [], "tasks": ["seg_cine_sax"],
      "package": "7t"}]})");
  choice->choose("3t", {"anna", "administrator"}, {});
  EXPECT_EQ(packageOfJob(submit("a")), ofThird);
}

TEST_F(PackageChoiceTest, WhatWasAnalysedWithTheOtherPackageIsAnotherJobOnlyWhenItIsAskedFor) {
  const std::string first = submit("a");
  store->finishAnalysed(*store->claim("20260101"), {}, "{}");
  choice->choose("3t", {"anna", "administrator"}, {});
  EXPECT_THAT(jobs(), SizeIs(1));
  EXPECT_EQ(store->job(first)->state, JobState::done);
  const GroupPlanner::Answer again = planner->analyze("a");
  EXPECT_TRUE(again.created);
  EXPECT_EQ(packageOfJob(again.jobId), ofOther);
}

TEST_F(PackageChoiceTest, OutlivesARestartAndSaysWhoChoseAndWhen) {
  EXPECT_EQ(choice->status()["since"], nullptr);
  EXPECT_EQ(choice->status()["inUse"], nullptr);
  EXPECT_EQ(choice->status()["sha256"], ofUsual);
  choice->choose("3t", {"anna", "administrator"}, {});
  EXPECT_THAT(atDefaultLevel, HasSubstr("new jobs are for the model package \"3t\" from now on"));
  restart({"3t"});
  const Json status = choice->status();
  EXPECT_EQ(status["package"], "3t");
  EXPECT_EQ(status["inUse"], "3t");
  EXPECT_EQ(status["sha256"], ofOther);
  EXPECT_EQ(status["user"], "anna");
  EXPECT_EQ(status["role"], "administrator");
  EXPECT_THAT(status["since"].get<std::string>(), HasSubstr("T"));
  EXPECT_EQ(status["problem"], "");
}

TEST_F(PackageChoiceTest, WhatIsNotConfiguredAnyMoreFallsBackAndSaysSoUntilItIsBack) {
  choice->choose("3t", {"anna", "administrator"}, {});
  atDefaultLevel.clear();
  restart({"7t"});
  EXPECT_THAT(atDefaultLevel, HasSubstr("\"3t\", which is not in the configuration any more"));
  EXPECT_EQ(choice->status()["package"], "3t");
  EXPECT_EQ(choice->status()["inUse"], nullptr);
  EXPECT_THAT(choice->status()["problem"].get<std::string>(), HasSubstr("\"3t\""));
  EXPECT_EQ(packageOfJob(submit("a")), ofUsual);
  atDefaultLevel.clear();
  restart({"3t"});
  EXPECT_THAT(atDefaultLevel, Not(HasSubstr("any more")));
  EXPECT_EQ(packageOfJob(submit("b")), ofOther);
}

TEST_F(PackageChoiceTest, GoingBackEndsTheComplaintAboutWhatIsNotConfigured) {
  choice->choose("3t", {"anna", "administrator"}, {});
  restart({});
  EXPECT_EQ(ask("anna", "DELETE").status, 200);
  EXPECT_EQ(choice->status()["problem"], "");
  atDefaultLevel.clear();
  restart({});
  EXPECT_EQ(atDefaultLevel, "");
}

TEST_F(PackageChoiceTest, OfTwoAdministratorsTheSecondIsTold) {
  const RestResponse seen = ask("anna", "GET");
  const std::string version = seen.headers.at("ETag");
  EXPECT_EQ(ask("berta", "PUT", to3t, version).status, 200);
  const RestResponse late = ask("anna", "PUT", to3t, version);
  EXPECT_EQ(late.status, 409);
  EXPECT_THAT(sentence(late), HasSubstr("somebody else chose meanwhile"));
  EXPECT_EQ(ask("anna", "DELETE", {}, version).status, 409);
  EXPECT_EQ(ask("anna", "DELETE", {}, "\"one\"").status, 409);
  EXPECT_EQ(choice->inUse(), "3t");
  EXPECT_EQ(ask("anna", "DELETE", {}, ask("anna", "GET").headers.at("ETag")).status, 200);
  EXPECT_EQ(choice->inUse(), "");
  EXPECT_EQ(ask("berta", "PUT", to3t, version).status, 409) << "of before both";
}

TEST_F(PackageChoiceTest, IsOnRecordWithWhoChoseFromWhatToWhat) {
  ask("anna", "PUT", to3t, "*");
  ask("berta", "PUT", to3t, "*");  // the same again
  ask("berta", "DELETE");
  ask("anna", "DELETE");
  EXPECT_THAT(trail(), ElementsAre(R"(berta: package choose {"package":"3t"} -> {"package":null})",
                                   R"(anna: package choose {"package":null} -> {"package":"3t"})"));
}

TEST_F(PackageChoiceTest, WhatCannotBeUsedIsRefusedWithTheReasonAndChangesNothing) {
  EXPECT_EQ(ask("otto", "PUT", to3t, "*").status, 403);
  EXPECT_EQ(ask("otto", "DELETE").status, 403);
  EXPECT_EQ(ask("otto", "GET").status, 200);
  EXPECT_EQ(ask("anna", "POST").status, 405);
  EXPECT_EQ(ask("anna", "PUT", to3t).status, 400) << "without If-Match";
  const RestResponse unknown = ask("anna", "PUT", R"({"package": "3tt"})", "*");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(sentence(unknown), HasSubstr("did you mean \"3t\"?"));
  for (const char* body : {"", "{", "[]", "{}", R"({"package": 3})", R"({"package": ""})",
                           R"({"package": null})", R"({"package": "3t", "for": "all"})"}) {
    EXPECT_EQ(ask("anna", "PUT", body, "*").status, 400) << body;
  }
  std::filesystem::remove(other.folder() / "weights.safetensors");
  const RestResponse broken = ask("anna", "PUT", to3t, "*");
  EXPECT_EQ(broken.status, 409);
  EXPECT_THAT(sentence(broken), HasSubstr("weights.safetensors"));
  EXPECT_THAT(trail(), IsEmpty());
  EXPECT_EQ(choice->inUse(), "");
}

}  // namespace
}  // namespace cmr
