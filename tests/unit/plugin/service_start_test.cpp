// A service that starts with rules which cannot be used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "analysis/errors.h"
#include "plugin/audit_trail.h"
#include "plugin/service.h"
#include "plugin/service_host.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ServiceStartTest : public ::testing::Test {
 protected:
  ServiceStartTest() {
    settings.packageFolder = (folder.path() / "package").string();
    settings.workerExecutable = CMR_SCRIPTED_WORKER;
    settings.databaseFolder = folder.path().string();
    settings.rulesFile = (folder.path() / "rules.json").string();
    settings.diskFloorMiB = 0;
    settings.memoryFloorMiB = 0;
    std::filesystem::create_directory(settings.packageFolder);
    std::ofstream(settings.packageFolder + "/manifest.json") << "{\"files\": []}";
  }

  void write(const std::string& rules) const { std::ofstream(settings.rulesFile) << rules; }

  ServicePlan plan() const {
    return planService(settings, {settings.databaseFolder, settings.databaseFolder}, quiet);
  }

  // Until it is on record which rules are in use.
  void runOnce() {
    Service service(plan(), archive, 0, quiet);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!AuditTrail(service.store()).lastRulesText()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  static constexpr const char* good =
      R"({"schema": 1, "rules": [{"name": "good", "when": [], "tasks": ["seg_cine_sax"]}]})";
  const LogCallback quiet = [](LogLevel, const std::string&) {};
  const test::TemporaryFolder folder{true};
  FakeArchive archive;
  Settings settings;
};

TEST_F(ServiceStartTest, RulesThatWereBrokenMeanwhileLeaveThoseOfBeforeInUse) {
  write(good);
  runOnce();
  write("{");
  Service service(plan(), archive, 0, quiet);
  EXPECT_THAT(service.rules().now().rules.ruleNames(), ElementsAre("good"));
  EXPECT_THAT(service.status()["rules"]["problem"].get<std::string>(), HasSubstr("parse error"));
}

TEST_F(ServiceStartTest, TheFirstStartNeedsRulesThatCanBeUsedAndTakesThemOnceTheyAreThere) {
  write("{");
  const ServicePlan made = plan();
  EXPECT_THROW(Service(made, archive, 0, quiet), InputError);
  write(good);
  Service service(made, archive, 0, quiet);
  EXPECT_THAT(service.rules().now().rules.ruleNames(), ElementsAre("good"));
}

TEST_F(ServiceStartTest, AWorkerThatIsNotThereOrIsNoProgramIsToldAtOnce) {
  write(good);
  const auto refusal = [&](const std::string& program) -> std::string {
    settings.workerExecutable = program;
    try {
      plan();
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal("/nowhere/cmr"), "WorkerExecutable: there is no program /nowhere/cmr");
  EXPECT_THAT(refusal(folder.path().string()), HasSubstr("there is no program"));
  EXPECT_THAT(refusal(settings.rulesFile), HasSubstr("may not be executed"));
  EXPECT_EQ(refusal(CMR_SCRIPTED_WORKER), "accepted");
}

TEST_F(ServiceStartTest, ASectionWhoseNameIsMistypedIsToldInStatusAndLog) {
  std::string log;
  ServiceHost host(std::make_unique<FakeArchive>(),
                   [&](LogLevel, const std::string& line) { log += line + "\n"; });
  host.configure(R"({"Cmr": {"Package": "/p"}})", {});
  const char* const told = R"(did you mean "CMR" where it says "Cmr"?)";
  EXPECT_EQ(host.status()["state"], "disabled");
  EXPECT_THAT(host.status()["reason"].get<std::string>(), HasSubstr(told));
  EXPECT_THAT(log, HasSubstr(told));
}

}  // namespace
}  // namespace cmr
