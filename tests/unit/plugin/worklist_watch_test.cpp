// The worklist's folder beside the rest of the service, with a program that never comes to an end.
#include "plugin/worklist_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "analysis/errors.h"
#include "plugin/service.h"
#include "plugin/worklist_program.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// What is due in a moment, in steps; the watchdog of the whole test ends one that never comes.
template <typename Condition>
void waitUntil(const Condition& condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

class HangingProgram : public ::testing::Test {
 protected:
  HangingProgram() {
    fs::create_directories(files);
    std::ofstream(files / "a.wl") << "whatever";
    // Says its number, then waits for ever; with any other word it is the worker.
    std::ofstream(program) << "#!/bin/sh\nif [ \"$1\" = worklist ]; then\n"
                              "  echo $$ > \"$3/part\"; mv \"$3/part\" \"$3/process\"\n"
                              "  sleep 1000000; exit 0\nfi\nexec " CMR_SCRIPTED_WORKER " \"$@\"\n";
    fs::permissions(program, fs::perms::owner_all);
  }

  bool hasBegun() const { return fs::exists(files / "process"); }
  bool isThere() const {
    int process = 0;
    std::ifstream(files / "process") >> process;
    return process > 0 && ::kill(process, 0) == 0;
  }

  test::TemporaryFolder folder{true};
  const fs::path files = folder.path() / "worklist";
  const std::string program = (folder.path() / "program").string();
};

TEST_F(HangingProgram, IsKilledWhenItsReaderIsStopped) {
  std::stop_source stopper;
  std::jthread stopping([&] {
    waitUntil([&] { return hasBegun(); });
    stopper.request_stop();
  });
  EXPECT_THROW(readFolderByProgram(program, files.string(), stopper.get_token()), CancelledError);
  EXPECT_FALSE(isThere());
}

TEST_F(HangingProgram, OfAReaderThatWasStoppedBeforeChangesNothing) {
  std::stop_source stopper;
  stopper.request_stop();
  EXPECT_THROW(readFolderByProgram(program, files.string(), stopper.get_token()), CancelledError);
}

TEST_F(HangingProgram, KeepsNeitherStoringNorTheEndOfTheServiceWaiting) {
  Settings settings;
  settings.packageFolder = (folder.path() / "package").string();
  settings.workerExecutable = program;
  settings.databaseFolder = folder.path().string();
  settings.rulesFile = (folder.path() / "rules.json").string();
  settings.diskFloorMiB = 0;
  settings.memoryFloorMiB = 0;
  settings.worklist.enable = true;
  settings.worklist.folder = files.string();
  fs::create_directory(settings.packageFolder);
  std::ofstream(settings.packageFolder + "/manifest.json") << "{\"files\": []}";
  std::ofstream(settings.rulesFile) << R"({"schema": 1, "rules": [{"name": "mr",
      "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";
  std::mutex mutex;
  std::vector<std::string> errors;
  const LogCallback log = [&](LogLevel level, const std::string& line) {
    const std::lock_guard lock(mutex);
    if (level == LogLevel::error) errors.push_back(line);
  };
  FakeArchive archive;
  Service service(planService(settings, {settings.databaseFolder, settings.databaseFolder}, log),
                  archive, 0, log);
  waitUntil([&] { return hasBegun(); });
  archive.addSeries("a", "study", 2, 3);
  archive.becomeStable("a");
  service.intake().changed();
  waitUntil([&] { return !archive.storedObjects().empty(); });
  EXPECT_TRUE(isThere()) << "stored only after the program was given up";
  service.stop();
  EXPECT_FALSE(isThere());
  EXPECT_THAT(errors, IsEmpty());
}

}  // namespace
}  // namespace cmr
