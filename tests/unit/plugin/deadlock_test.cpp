// The REST interface is called by many threads while the archive's callbacks arrive and the whole
// service works, threads, worker process and all. A watchdog ends the test when nothing moves.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include "plugin/rest_routes.h"
#include "plugin/service.h"
#include "tests/support/job_store_check.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/fake_archive.h"

namespace cmr {
namespace {

constexpr int callers = 6;
constexpr int callsEach = 60;
constexpr int series = 40;
constexpr std::chrono::seconds longestSilence{120};

// Ends the process with a word when nobody said anything for too long: threads that wait for each
// other cannot be joined.
class Watchdog {
 public:
  Watchdog() : thread_([this](const std::stop_token& stop) { watch(stop); }) {}
  void moved() {
    ++moves_;
    wake_.notify_all();
  }

 private:
  void watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      const int before = moves_;
      if (wake_.wait_for(lock, stop, longestSilence, [&] { return moves_ != before; })) continue;
      if (stop.stop_requested()) return;
      std::cerr << "deadlock: nothing moved for " << longestSilence.count() << " s, after "
                << before << " steps" << std::endl;
      std::_Exit(3);
    }
  }

  std::atomic<int> moves_{0};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the others
};

constexpr const char* rulesText = R"({"schema": 1, "rules": [{"name": "mr",
        "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";
constexpr const char* examText = R"({"PatientName": "Roe^Ann", "PatientID": "4711",
      "AccessionNumber": "B", "Modality": "MR", "ScheduledProcedureStepStartDate": "20990131"})";

// A service over an archive in memory, with the real worker loop around a scripted analysis.
class BusyService {
 public:
  BusyService() {
    Settings settings;
    settings.packageFolder = (folder_.path() / "package").string();
    settings.workerExecutable = CMR_SCRIPTED_WORKER;
    settings.rulesFile = (folder_.path() / "rules.json").string();
    settings.databaseFolder = folder_.path().string();
    settings.diskFloorMiB = 0;
    settings.memoryFloorMiB = 0;
    settings.editRules = true;
    settings.worklist.enable = true;
    std::filesystem::create_directory(settings.packageFolder);
    std::ofstream(settings.packageFolder + "/manifest.json") << "{\"files\": []}";
    std::ofstream(settings.rulesFile) << rulesText;
    const LogCallback quiet = [](LogLevel, const std::string&) {};
    service = std::make_unique<Service>(
        planService(settings, {settings.databaseFolder, settings.databaseFolder}, quiet), archive,
        0, quiet);
  }

  RestResponse ask(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    RestContext context;
    context.worklist = service->worklist();
    context.status = [this] { return service->status(); };
    context.metrics = [this] { return std::to_string(service->measures().nowMs); };
    context.store = &service->store();
    context.planner = &service->planner();
    context.rules = &service->rules();
    context.deliveries = &service->deliveries();
    context.packageFolders = service->packageFolders();
    context.ring = [this] { service->ring(); };
    RestRequest request{method, path, {}, body};
    if (method == "PUT") request.headers["if-match"] = service->rules().status().sha256;
    return answerRest(request, context);
  }

  std::string path() const { return (folder_.path() / "cmr-jobs.sqlite").string(); }

 private:
  test::TemporaryFolder folder_{true};

 public:
  FakeArchive archive;
  std::unique_ptr<Service> service;
};

// What a page, a person and a monitor ask, in turns.
void ask(BusyService& busy, int turn) {
  const std::string id = "s" + std::to_string(turn % series);
  const std::vector<JobRecord> jobs = busy.service->store().list({});
  const std::string job = jobs.empty() ? "none" : jobs[turn % jobs.size()].id;
  const std::pair<const char*, std::string> requests[] = {
      {"GET", "/cmr/status"},
      {"GET", "/cmr/metrics"},
      {"GET", "/cmr/jobs"},
      {"GET", "/cmr/studies/study"},
      {"GET", "/cmr/series/" + id},
      {"POST", "/cmr/series/" + id + "/analyze"},
      {"POST", "/cmr/queue/pause"},
      {"GET", "/cmr/queue"},
      {"POST", "/cmr/queue/resume"},
      {"POST", "/cmr/jobs/" + job + "/retry"},
      {"GET", "/cmr/jobs/" + job},
      {"POST", "/cmr/jobs/" + job + "/cancel"},
      {"POST", "/cmr/rules/reload"},
      {"GET", "/cmr/rules"},
      {"PUT", "/cmr/rules"},
      {"GET", "/cmr/audit"},
      {"POST", "/cmr/worklist"},
      {"GET", "/cmr/series/" + id + "/explain"},
      {"POST", "/cmr/queue/retry-dead"}};
  const auto& [method, path] = requests[turn % std::size(requests)];
  // Other spaces are other rules.
  const std::string rules = rulesText + std::string(static_cast<std::size_t>(turn % 5), ' ');
  const RestResponse response = busy.ask(method, path, path == "/cmr/rules" ? rules : examText);
  EXPECT_NE(response.status, 500) << method << " " << path << ": " << response.body;
}

bool isAtRest(JobStore& store) {
  for (const JobStore::StateCount& each : store.counts()) {
    const bool isOpen = each.state == JobState::queued || each.state == JobState::leased ||
                        each.state == JobState::retry || each.state == JobState::storing;
    if (isOpen && each.count > 0) return false;
  }
  return true;
}

TEST(Deadlock, RestCallbacksAndQueueNeverWaitForEachOther) {
  Watchdog dog;
  BusyService busy;
  std::vector<std::jthread> threads;
  threads.emplace_back([&] {  // the archive: its images, then its callbacks
    for (int i = 0; i < series; ++i) {
      const std::string id = "s" + std::to_string(i);
      busy.archive.addSeries(id, "study", 2, 3);
      busy.archive.becomeStable(id);
      busy.service->intake().changed();
      if (i % 7 == 6) {
        busy.archive.deleteSeries("s" + std::to_string(i - 3));
        busy.service->intake().deleted("s" + std::to_string(i - 3));
      }
      dog.moved();
    }
  });
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int call = 0; call < callsEach; ++call) {
        ask(busy, caller * 5 + call);
        dog.moved();
      }
    });
  }
  threads.clear();  // joins
  EXPECT_EQ(busy.ask("POST", "/cmr/queue/resume").status, 200);
  // The queue empties: every job that nobody cancelled ends.
  std::size_t seen = 0;
  while (!isAtRest(busy.service->store())) {
    busy.service->ring();
    const std::size_t stored = busy.archive.storedObjects().size();
    const auto depths = busy.service->store().depths();
    std::size_t now = stored;
    for (const auto& depth : depths) now = now * 31 + static_cast<std::size_t>(depth.count);
    if (now != seen) dog.moved();
    seen = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  busy.service->stop();
  dog.moved();
  EXPECT_EQ(test::brokenInvariants(busy.path()), "");
}

}  // namespace
}  // namespace cmr
