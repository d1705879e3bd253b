// A service that starts with rules which cannot be used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "analysis/errors.h"
#include "plugin/audit_trail.h"
#include "plugin/service.h"
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

}  // namespace
}  // namespace cmr
