// A service with two workers: the real worker loop around a scripted analysis.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "plugin/service.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"
#include "tests/support/small_package.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

constexpr std::chrono::seconds patience{30};

class SeveralWorkersTest : public ::testing::Test {
 protected:
  SeveralWorkersTest() {
    settings.workers = 2;
    settings.packageFolder = (folder.path() / "package").string();
    settings.workerExecutable = CMR_SCRIPTED_WORKER;
    settings.rulesFile = (folder.path() / "rules.json").string();
    settings.databaseFolder = folder.path().string();
    settings.diskFloorMiB = 0;
    settings.memoryFloorMiB = 0;
    settings.firstBackOff = std::chrono::seconds(1);
    settings.reportStudies = false;
    settings.storeResults = false;  // the scripted worker's are the same for all studies
    std::filesystem::create_directory(settings.packageFolder);
    std::ofstream(settings.packageFolder + "/manifest.json") << "{\"files\": []}";
    useRules("mr");
    start();
  }

  void start() {
    service.reset();
    const LogCallback quiet = [](LogLevel, const std::string&) {};
    service = std::make_unique<Service>(
        planService(settings, {settings.databaseFolder, settings.databaseFolder}, quiet), archive,
        0, quiet);
  }

  void useRules(const std::string& name) const {
    const std::string text = R"({"schema": 1, "rules": [{"name": ")" + name + R"(",
        "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";
    std::ofstream(settings.rulesFile + ".new") << text;
    std::filesystem::rename(settings.rulesFile + ".new", settings.rulesFile);
  }

  void arrive(const std::string& series, const std::string& study) {
    archive.addSeries(series, study, 2, 3);
    archive.setContent(series, "slow");  // 1.5 s
    archive.becomeStable(series);
    service->intake().changed();
  }
  bool comes(const std::function<bool()>& awaited) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      if (awaited()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::int64_t count(JobState state) {
    std::int64_t found = 0;
    for (const auto& entry : service->store().counts()) {
      if (entry.state == state) found += entry.count;
    }
    return found;
  }
  bool areBothBusy() {
    for (const nlohmann::json& worker : workers()) {
      if (worker["state"] != "busy") return false;
    }
    return count(JobState::leased) == 2;
  }
  bool areAnalysed() { return count(JobState::done) == 2; }
  // What became of each job, for the message of a test that fails.
  std::string told() {
    std::string all;
    for (const JobRecord& job : service->store().list({})) {
      all += jobStateName(job.state) + ": " + job.reason + "\n";
    }
    return all;
  }
  nlohmann::json workers() { return service->status()["workers"]; }

  bool isNobodyBusy() {
    for (const nlohmann::json& worker : workers()) {
      if (worker["state"] == "busy") return false;
    }
    return count(JobState::leased) == 0;
  }
  bool doBothName(const std::string& trouble) {
    for (const nlohmann::json& worker : workers()) {
      if (worker["trouble"].get<std::string>().find(trouble) == std::string::npos) return false;
    }
    return true;
  }
  // Each says so itself, after a look at what waits.
  void expectBothHeldBy(const char* floor) {
    start();
    arrive("a", "study-1");
    arrive("b", "study-2");
    ASSERT_TRUE(comes([this] { return count(JobState::queued) == 2; })) << told();
    EXPECT_TRUE(comes([&] { return doBothName(floor); })) << told();
    for (const nlohmann::json& worker : workers()) EXPECT_EQ(worker["state"], "stopped");
    EXPECT_EQ(count(JobState::queued), 2);
  }
  // Long enough for a free worker to take what waits.
  static void waitForTakers() { std::this_thread::sleep_for(std::chrono::milliseconds(1500)); }

  test::TemporaryFolder folder{true};
  Settings settings;
  FakeArchive archive;
  std::unique_ptr<Service> service;
};

TEST_F(SeveralWorkersTest, JobsOfTwoStudiesAreComputedAtTheSameTime) {
  EXPECT_EQ(workers().size(), 2U);
  EXPECT_EQ(workers()[1]["slot"], 2);
  EXPECT_EQ(workers()[1]["state"], "stopped");
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areBothBusy(); }));
  const nlohmann::json busy = workers();
  EXPECT_NE(busy[0]["job"], busy[1]["job"]);
  EXPECT_NE(busy[0]["processId"], busy[1]["processId"]);
  EXPECT_TRUE(comes([this] { return areAnalysed(); })) << told();
  EXPECT_EQ(workers()[0]["job"], "");
}

TEST_F(SeveralWorkersTest, JobsOfOneStudyAreComputedOneAfterTheOther) {
  arrive("a", "study");
  arrive("b", "study");
  std::int64_t most = 0;
  EXPECT_TRUE(comes([&] {
    most = std::max(most, count(JobState::leased));
    return areAnalysed();
  }));
  EXPECT_EQ(most, 1);
}

TEST_F(SeveralWorkersTest, AWorkerThatIsKilledLeavesTheOtherAlone) {
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areBothBusy(); }));
  const nlohmann::json before = workers();
  ASSERT_EQ(::kill(before[0]["processId"].get<int>(), SIGKILL), 0);
  EXPECT_TRUE(comes([this] { return areAnalysed(); })) << told();
  const nlohmann::json after = workers();
  EXPECT_EQ(after[1]["processId"], before[1]["processId"]);
  EXPECT_EQ(after[1]["lastFailure"], "");
  EXPECT_NE(after[0]["lastFailure"], "");
  const std::string killedJob = before[0]["job"];
  const std::string otherJob = before[1]["job"];
  EXPECT_EQ(service->store().job(killedJob)->attempts, 2);
  EXPECT_EQ(service->store().job(otherJob)->attempts, 1);
}

TEST_F(SeveralWorkersTest, APauseHoldsForBothAndWhatRunsGoesOn) {
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areBothBusy(); }));
  service->store().setMode(JobStore::Mode::paused);
  arrive("c", "study-3");
  arrive("d", "study-4");
  EXPECT_TRUE(comes([this] { return areAnalysed() && count(JobState::queued) == 2; })) << told();
  waitForTakers();
  EXPECT_TRUE(isNobodyBusy());
  EXPECT_EQ(service->status()["notClaimingBecause"], "paused by an operator");
  service->store().setMode(JobStore::Mode::running);
  service->ring();
  EXPECT_TRUE(comes([this] { return areBothBusy(); })) << told();
}

TEST_F(SeveralWorkersTest, DrainingBothTakeWhatWasThereAndNothingThatCameLater) {
  arrive("a", "study-1");
  arrive("b", "study-2");
  arrive("c", "study-3");
  ASSERT_TRUE(comes([this] { return areBothBusy() && count(JobState::queued) == 1; })) << told();
  service->store().setMode(JobStore::Mode::draining);
  arrive("late", "study-4");
  EXPECT_TRUE(comes([this] { return count(JobState::done) == 3 && service->store().isDrained(); }))
      << told();
  waitForTakers();
  EXPECT_TRUE(isNobodyBusy());
  EXPECT_EQ(count(JobState::queued), 1);
}

TEST_F(SeveralWorkersTest, AFloorOfTheDiskHoldsForBoth) {
  settings.diskFloorMiB = 1000000000;
  expectBothHeldBy("DiskFloorMiB");
}

TEST_F(SeveralWorkersTest, AFloorOfTheMemoryHoldsForBoth) {
  settings.memoryFloorMiB = 1000000000;
  expectBothHeldBy("MemoryFloorMiB");
}

TEST_F(SeveralWorkersTest, BothLoadThePackageThatTookThePlaceOfTheirs) {
  test::SmallPackage package;
  package.install("first");
  settings.packageFolder = package.folder().string();
  start();
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areBothBusy(); })) << told();
  const nlohmann::json before = workers();
  EXPECT_TRUE(comes([this] { return areAnalysed(); })) << told();
  const std::string second = package.install("second");
  ASSERT_TRUE(comes([&] { return service->status()["package"]["sha256"] == second; }));
  arrive("c", "study-3");
  arrive("d", "study-4");
  ASSERT_TRUE(comes([this] { return count(JobState::done) == 4; })) << told();
  const nlohmann::json after = workers();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NE(after[i]["package"].get<std::string>().find(second), std::string::npos);
    EXPECT_NE(after[i]["processId"], before[i]["processId"]);
    EXPECT_EQ(after[i]["lastFailure"], "");
  }
}

TEST_F(SeveralWorkersTest, BothComputeByTheRulesThatAreThereNow) {
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areAnalysed(); })) << told();
  useRules("later");
  arrive("c", "study-3");
  arrive("d", "study-4");
  ASSERT_TRUE(comes([this] { return count(JobState::done) == 4; })) << told();
  std::map<std::string, int> byRule;
  for (const JobRecord& job : service->store().list({})) ++byRule[job.submission.rule];
  EXPECT_EQ(byRule, (std::map<std::string, int>{{"mr", 2}, {"later", 2}}));
}

TEST_F(SeveralWorkersTest, BothAreEndedInTheMiddleOfTheirJobsWhichGoBackToTheQueue) {
  arrive("a", "study-1");
  arrive("b", "study-2");
  ASSERT_TRUE(comes([this] { return areBothBusy(); }));
  const auto start = std::chrono::steady_clock::now();
  service->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(count(JobState::queued), 2);
  for (const nlohmann::json& worker : workers()) EXPECT_EQ(worker["state"], "stopped");
  for (const JobRecord& job : service->store().list({})) EXPECT_EQ(job.attempts, 0);
  service.reset();
  EXPECT_EQ(test::brokenInvariants((folder.path() / "cmr-jobs.sqlite").string()), "");
}

}  // namespace
}  // namespace cmr
