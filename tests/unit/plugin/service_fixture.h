// A real job store in a folder of its own, an archive in memory, and rules that take every MR
// series.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "config/rules.h"
#include "plugin/group_planner.h"
#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {

class ServiceFixture : public ::testing::Test {
 protected:
  ServiceFixture() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder = std::filesystem::temp_directory_path() /
             ("cmr-service-" + std::string(info->name()) + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder);
    useRules(everyMrSeries);
    liveRules = std::make_unique<LiveRules>((folder / "rules.json").string(), logCallback());
    JobStoreSettings settings;
    settings.path = (folder / "jobs.sqlite").string();
    settings.maxAttempts = 2;
    store = std::make_unique<JobStore>(settings, [this] { return nowMs; });
    planner = std::make_unique<GroupPlanner>(
        archive, *store, *liveRules, [this](const std::string& name) { return packageOf(name); },
        [this] { return localTime; });
  }
  ~ServiceFixture() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }

  static constexpr const char* everyMrSeries = R"({"schema": 1, "rules": [{"name": "mr",
        "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";

  // Replaces the rules file, as an administrator does.
  void useRules(const std::string& text) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "new.json") << text;
    std::filesystem::rename(folder / "new.json", folder / "rules.json");
  }

  LogCallback logCallback() {
    return [this](LogLevel level, const std::string& line) {
      log += line + "\n";
      if (level != LogLevel::info) atDefaultLevel += line + "\n";
    };
  }

  std::string packageOf(const std::string& name) const {
    return name.empty() ? package : package + " of " + name;
  }

  std::vector<JobRecord> jobs() { return store->list({}); }
  JobRecord onlyJob() {
    const auto all = jobs();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? JobRecord{} : all.front();
  }

  // A job over a series that is there and stable.
  std::string submit(const std::string& seriesId = "a") {
    archive.addSeries(seriesId, "study", 2, 3);
    archive.becomeStable(seriesId);
    return planner->analyze(seriesId).jobId;
  }

  std::filesystem::path folder;
  std::string log;
  std::string atDefaultLevel;  // what of it Orthanc writes unless it is asked for more
  std::int64_t nowMs = 1000;
  std::string package = "package";
  LocalTime localTime{1, 12 * 60};
  FakeArchive archive;
  std::unique_ptr<LiveRules> liveRules;
  std::unique_ptr<JobStore> store;
  std::unique_ptr<GroupPlanner> planner;
  std::stop_source stopper;
};

}  // namespace cmr
