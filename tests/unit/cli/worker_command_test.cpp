// The real `cmr worker` under the supervisor that the plugin uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "plugin/worker_supervisor.h"
#include "tests/support/judge.h"
#include "tests/support/real_series.h"

namespace cmr {
namespace {

WorkerSettings settingsFor(const std::string& package) {
  WorkerSettings settings;
  settings.executable = CMR_PROGRAM;
  settings.packageFolder = package;
  settings.niceness = 0;
  return settings;
}

AnalysisOutcome runJob(const std::string& package, std::vector<InstanceBytes> instances) {
  WorkerSupervisor supervisor(settingsFor(package), [](LogLevel, const std::string&) {});
  AnalysisOutcome outcome = supervisor.run({"job", std::move(instances), {"seg_cine_sax"}, ""},
                                           [](double, const std::string&) {});
  supervisor.stop();
  return outcome;
}

TEST(WorkerCommand, NamesABrokenPackageInTheOutcomeOfTheJob) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() + "/package");
  folder.write("package/manifest.json", "{\"schema\": ");
  const AnalysisOutcome outcome = runJob(folder.path() + "/package", {{"a.dcm", "nothing"}});
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, testing::HasSubstr("manifest of " + folder.path() + "/package"));
}

TEST(WorkerCommand, AnalysesARealSeriesWithThePackageThatShips) {
  const std::string package = std::string(CMR_PACKAGES) + "/starter";
  if (!std::filesystem::exists(package + "/manifest.json")) GTEST_SKIP() << "no " << package;
  CMR_DEMO_SERIES(instances);
  const AnalysisOutcome outcome = runJob(package, instances);
  EXPECT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_EQ(outcome.objects.size(), 6U);
}

TEST(WorkerCommand, EndsWithoutASocket) {
  const test::Verdict verdict = test::run(CMR_PROGRAM " worker --socket 77");
  EXPECT_EQ(verdict.status, 2) << verdict.output;
  EXPECT_THAT(verdict.output, testing::HasSubstr("no socket"));
}

}  // namespace
}  // namespace cmr
