#include "plugin/access.h"

#include <gmock/gmock.h>

#include "plugin/rest_routes.h"
#include "tests/unit/plugin/service_fixture.h"

namespace cmr {
namespace {

using ::testing::HasSubstr;
using Headers = std::map<std::string, std::string>;

// "Basic " and base64 of the name and "secret".
const Headers anna{{"authorization", "Basic YW5uYTpzZWNyZXQ="}};
const Headers bob{{"authorization", "Basic Ym9iOnNlY3JldA=="}};
const Headers carl{{"authorization", "Basic Y2FybDpzZWNyZXQ="}};

AccessRules withUsers(RoleMap roles = {{"anna", Role::administrator},
                                       {"bob", Role::operatorRole}}) {
  return {true, std::move(roles), {}, false};
}

TEST(Access, TheUserIsTheOneWhosePasswordTheArchiveVerified) {
  EXPECT_EQ(basicUser("Basic YW5uYTpzZWNyZXQ="), "anna");
  EXPECT_EQ(basicUser("Basic YTpiOmM="), "a");                  // a:b:c
  EXPECT_EQ(basicUser("Basic SsO8cmdlbjp4"), "J\xc3\xbcrgen");  // UTF-8
  EXPECT_EQ(basicUser("Basic Onh4"), "");                       // no name before the colon
  EXPECT_EQ(basicUser("Basic eHh4"), "");                       // no colon
  for (const char* other : {"", "Basic", "Basic ", "Basic !!!!", "basic YW5uYTpzZWNyZXQ=",
                            "Bearer YW5uYTpzZWNyZXQ=", "Basic\tYW5uYTpzZWNyZXQ="}) {
    EXPECT_EQ(basicUser(other), "") << other;
  }
}

TEST(Access, WithoutAuthenticationEverybodyIsAdministratorAndNoNameIsBelieved) {
  const AccessRules off{false, {{"bob", Role::viewer}}, {}, false};
  const Visitor visitor = visitorOf(off, bob);
  EXPECT_EQ(visitor.role, Role::administrator);
  EXPECT_EQ(visitor.user, "");
  EXPECT_THAT(visitor.because, HasSubstr("everybody is administrator"));
  EXPECT_THAT(accessWarning(off), HasSubstr("no effect"));
}

TEST(Access, RolesFollowTheVerifiedUser) {
  EXPECT_EQ(visitorOf(withUsers(), anna).role, Role::administrator);
  EXPECT_EQ(visitorOf(withUsers(), bob).role, Role::operatorRole);
  EXPECT_EQ(visitorOf(withUsers(), carl).role, Role::viewer);
  EXPECT_EQ(visitorOf(withUsers({{"anna", Role::administrator}, {"*", Role::none}}), carl).role,
            Role::none);
  EXPECT_EQ(visitorOf(withUsers({}), carl).role, Role::administrator);
  EXPECT_EQ(visitorOf(withUsers({}), carl).user, "carl");
  EXPECT_THAT(accessWarning(withUsers({{"anna", Role::viewer}})),
              HasSubstr("nobody administrator"));
  EXPECT_EQ(accessWarning(withUsers()), "");
}

TEST(Access, NobodyIsSomebodyWhenRolesAreGiven) {
  const Visitor visitor = visitorOf(withUsers({{"*", Role::administrator}}), {});
  EXPECT_FALSE(visitor.isKnown);
  EXPECT_EQ(visitor.role, Role::none);
  EXPECT_THAT(whyRefused(visitor, Role::viewer), HasSubstr("No user is known"));
}

TEST(Access, AProxysHeaderIsBelievedOnlyWhereItIsSetAndAloneThere) {
  Headers both = bob;
  both["x-remote-user"] = " anna ";
  EXPECT_EQ(visitorOf(withUsers(), both).user, "bob");
  AccessRules proxy = withUsers();
  proxy.userHeader = "x-remote-user";
  EXPECT_EQ(visitorOf(proxy, both).user, "anna");
  EXPECT_EQ(visitorOf(proxy, both).role, Role::administrator);
  EXPECT_FALSE(visitorOf(proxy, anna).isKnown);  // the password of the proxy is nobody's
  both["x-remote-user"] = " ";
  EXPECT_FALSE(visitorOf(proxy, both).isKnown);
  both["x-remote-user"] = std::string(1000, 'a');
  EXPECT_FALSE(visitorOf(proxy, both).isKnown);
  proxy.archiveAuthenticates = false;
  EXPECT_EQ(visitorOf(proxy, {{"x-remote-user", "bob"}}).role, Role::operatorRole);
}

TEST(Access, WhomTheProxyDoesNotNameIsNobodyWithoutRolesToo) {
  AccessRules proxy = withUsers({});
  proxy.userHeader = "x-remote-user";
  for (const bool asks : {true, false}) {
    proxy.archiveAuthenticates = asks;
    EXPECT_EQ(visitorOf(proxy, {{"x-remote-user", "bob"}}).role, Role::administrator);
    EXPECT_EQ(visitorOf(proxy, anna).role, Role::none);
    EXPECT_THAT(whyRefused(visitorOf(proxy, {}), Role::viewer),
                HasSubstr("the proxy's header x-remote-user names nobody"));
    EXPECT_THAT(accessWarning(proxy), HasSubstr("everybody whom the proxy names is administrator"));
  }
}

TEST(Access, AConfigurationThatCannotBeUsedLetsNobodyChangeAnything) {
  AccessRules closed;
  closed.isClosed = true;
  EXPECT_EQ(visitorOf(closed, anna).role, Role::viewer);
}

class RouteAccessTest : public ServiceFixture {
 protected:
  RestResponse ask(const std::string& method, const std::string& path, const Headers& headers,
                   const std::string& body = {}) {
    RestContext context;
    context.status = [] { return nlohmann::json{{"state", "running"}}; };
    context.store = store.get();
    context.planner = planner.get();
    context.rules = liveRules.get();
    context.metrics = [] { return std::string(); };
    context.ring = [] {};
    context.access = rules;
    context.worklist.enable = true;
    return answerRest({method, path, {}, body, headers}, context);
  }
  AccessRules rules = withUsers({{"anna", Role::administrator},
                                 {"bob", Role::operatorRole},
                                 {"carl", Role::viewer},
                                 {"*", Role::none}});
};

TEST_F(RouteAccessTest, EveryRouteTakesTheRoleThatItNeeds) {
  const std::string job = submit();
  const Headers stranger{{"authorization", "Basic eDp5"}};
  struct Asked {
    const char* method;
    std::string path;
    Role needs;
  };
  for (const Asked& asked :
       std::vector<Asked>{{"GET", "/cmr/status", Role::viewer},
                          {"GET", "/cmr/jobs", Role::viewer},
                          {"GET", "/cmr/jobs/" + job, Role::viewer},
                          {"GET", "/cmr/jobs/" + job + "/results", Role::viewer},
                          {"GET", "/cmr/series/a", Role::viewer},
                          {"GET", "/cmr/series/a/explain", Role::viewer},
                          {"POST", "/cmr/series/a/explain", Role::viewer},
                          {"GET", "/cmr/skipped", Role::viewer},
                          {"GET", "/cmr/package", Role::viewer},
                          {"GET", "/cmr/queue", Role::viewer},
                          {"GET", "/cmr/metrics", Role::viewer},
                          {"GET", "/cmr/rules", Role::viewer},
                          {"POST", "/cmr/rules/check", Role::viewer},
                          {"GET", "/cmr/access", Role::none},
                          {"GET", "/cmr/studies/study", Role::viewer},
                          {"GET", "/cmr/worklist", Role::viewer},
                          {"POST", "/cmr/worklist", Role::operatorRole},
                          {"PUT", "/cmr/worklist/x", Role::operatorRole},
                          {"DELETE", "/cmr/worklist/x", Role::operatorRole},
                          {"POST", "/cmr/jobs/" + job + "/cancel", Role::operatorRole},
                          {"POST", "/cmr/jobs/" + job + "/retry", Role::operatorRole},
                          {"POST", "/cmr/jobs/" + job + "/priority", Role::operatorRole},
                          {"POST", "/cmr/series/a/analyze", Role::operatorRole},
                          {"POST", "/cmr/queue/pause", Role::operatorRole},
                          {"POST", "/cmr/queue/drain", Role::operatorRole},
                          {"POST", "/cmr/queue/resume", Role::operatorRole},
                          {"POST", "/cmr/queue/retry-dead", Role::operatorRole},
                          {"GET", "/cmr/packages/3t", Role::viewer},
                          {"PUT", "/cmr/models/default", Role::administrator},
                          {"PUT", "/cmr/rules", Role::administrator},
                          {"POST", "/cmr/rules/reload", Role::administrator}}) {
    for (const auto& [headers, role] :
         {std::pair{stranger, Role::none}, std::pair{carl, Role::viewer},
          std::pair{bob, Role::operatorRole}, std::pair{anna, Role::administrator}}) {
      const RestResponse response = ask(asked.method, asked.path, headers);
      const bool isRefused =
          response.status == 403 && response.body.find("and this takes") != std::string::npos;
      EXPECT_EQ(isRefused, role < asked.needs)
          << asked.method << " " << asked.path << " as " << roleName(role) << ": "
          << response.status << " " << response.body;
    }
    const int status = ask(asked.method, asked.path, {}).status;
    EXPECT_EQ(status == 401, asked.needs != Role::none) << asked.path << " by nobody: " << status;
  }
}

TEST_F(RouteAccessTest, ARefusalSaysWhoIsWhatAndWhatItTakesAndChangesNothing) {
  const std::string job = submit();
  const auto refused =
      nlohmann::json::parse(ask("POST", "/cmr/jobs/" + job + "/cancel", carl).body)["error"];
  EXPECT_THAT(refused.get<std::string>(),
              HasSubstr("\"carl\" is a viewer here, and this takes an operator"));
  EXPECT_EQ(onlyJob().state, JobState::queued);
  EXPECT_EQ(ask("POST", "/cmr/queue/pause", carl).status, 403);
  EXPECT_EQ(store->mode(), JobStore::Mode::running);
}

TEST_F(RouteAccessTest, EverybodyIsToldWhoTheyAreAndThePagesAreThereForAll) {
  const auto me = nlohmann::json::parse(ask("GET", "/cmr/access", bob).body);
  EXPECT_EQ(me["user"], "bob");
  EXPECT_EQ(me["role"], "operator");
  EXPECT_EQ(nlohmann::json::parse(ask("GET", "/cmr/access", {}).body)["user"], nullptr);
  EXPECT_EQ(ask("GET", "/cmr/app/index.html", {}).status, 200);
}

}  // namespace
}  // namespace cmr
