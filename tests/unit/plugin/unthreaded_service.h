// The whole service but its threads and its worker process, round by round, over an archive that
// may fail: for tests that let everything go wrong once.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "plugin/dispatcher.h"
#include "plugin/intake.h"
#include "plugin/outbox.h"
#include "plugin/superseder.h"
#include "tests/support/job_store_fixture.h"
#include "tests/unit/plugin/faulty_archive.h"

namespace cmr {

class UnthreadedService {
 public:
  UnthreadedService() {
    const auto rulesFile = folder.path() / "rules.json";
    std::ofstream(rulesFile) << R"({"schema": 1, "rules": [{"name": "mr",
        "when": [{"tag": "Modality", "equals": "MR"}], "tasks": ["seg_cine_sax"]}]})";
    rules = std::make_unique<LiveRules>(rulesFile.string());
    JobStoreSettings settings;
    settings.path = path();
    settings.maxAttempts = 1000000;  // here faults come without an end
    store = std::make_unique<JobStore>(settings, [this] { return nowMs; });
    planner = std::make_unique<GroupPlanner>(
        archive, *store, *rules, [](const std::string&) { return std::string("package"); });
    DispatcherDuties duties;
    duties.analyze = [this](const AnalysisRequest& request, const ProgressCallback& progress,
                            const HintCallback& hint) {
      takeHint(hint);
      return analyzed(request, progress);
    };
    duties.onResults = [] {};
    duties.onOtherSource = [this](const std::string& id) { intake->reconsider(id); };
    duties.log = quiet();
    DispatcherSettings dispatching;
    dispatching.readAhead = true;
    dispatcher = std::make_unique<Dispatcher>(archive, *store, duties, dispatching);
    outbox = std::make_unique<Outbox>(archive, *store, quiet());
    superseder = std::make_unique<Superseder>(archive, *store, true, quiet());
    startIntake();
  }

  std::string path() const { return (folder.path() / "jobs.db").string(); }
  static LogCallback quiet() {
    return [](LogLevel, const std::string&) {};
  }

  // As another process would, or the sweep that comes every 20 seconds.
  void startIntake() {
    intake = std::make_unique<Intake>(archive, *store, *planner, 0, quiet(), [] {});
  }

  void arrive(const std::string& series) {
    real.addSeries(series, "study", 2, 3);
    real.becomeStable(series);
  }
  void arriveLate(const std::string& series) {
    real.addImage(series);
    real.becomeStable(series);
  }

  // What each thread does when it wakes, in turn; an exception ends a turn, as there.
  void round() {
    guarded([&] { intake->step(stop); });
    guarded([&] {
      while (dispatcher->takeOne(stop)) {
      }
    });
    guarded([&] { outbox->storeAll(stop); });
    guarded([&] { superseder->removeOutdated(); });
    nowMs += 10000000;  // whatever waited is due
  }

  // False when it does not come to rest.
  bool settle() {
    for (int rounds = 1; rounds <= 60; ++rounds) {
      round();
      if (isAtRest()) return true;
      if (rounds % 3 == 0) guarded([&] { startIntake(); });
    }
    return false;
  }

  bool isAtRest() {
    for (const JobStore::StateCount& each : store->counts()) {
      const bool open = each.state == JobState::queued || each.state == JobState::leased ||
                        each.state == JobState::retry || each.state == JobState::storing;
      if (open && each.count > 0) return false;
    }
    return store->lastChange() == real.lastChange() && store->outdatedResults().empty();
  }

  // What people see in the end: jobs by their state, and the objects in the archive.
  std::string seen() {
    std::string text;
    for (const JobRecord& job : store->list({})) {
      text += job.id + " " + jobStateName(job.state) +
              (job.supersededBy.empty() ? "" : " superseded by " + job.supersededBy) + "\n";
    }
    std::vector<std::string> objects = real.storedObjects();
    std::sort(objects.begin(), objects.end());
    for (const std::string& object : objects) text += object + "\n";
    return text;
  }

  template <typename Call>
  static bool guarded(const Call& call) {
    try {
      call();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  // All of it, as a worker that is slower than the archive is told it. Nothing of it may throw.
  static void takeHint(const HintCallback& hint) noexcept {
    const std::optional<ReadHint> next = hint ? hint() : std::nullopt;
    for (std::size_t i = 0; next && i < next->instanceCount && next->instance(i); ++i) {
    }
  }

  // A function of what it gets, and of the settings of the site.
  AnalysisOutcome analyzed(const AnalysisRequest& request, const ProgressCallback& progress) {
    progress(0.5, "computing");
    std::string content = siteSettings;
    for (const InstanceBytes& instance : request.instances) content += instance.name;
    const std::string root = "2.25." + std::to_string(std::hash<std::string>()(content));
    AnalysisOutcome outcome;
    outcome.kind = OutcomeKind::analysed;
    outcome.resultsJson = "{}";
    outcome.objects = {
        {ObjectKind::segmentation, "1.1", root + ".1", root + ".4", root + ".1 segments", {}},
        {ObjectKind::structuredReport, "1.2", root + ".2", root + ".5", root + ".2 report", {}}};
    return outcome;
  }

  test::TemporaryFolder folder{true};
  std::int64_t nowMs = 1000;
  std::string siteSettings = "first";
  RememberingArchive real;
  FaultyArchive archive{real};
  std::stop_token stop;
  std::unique_ptr<LiveRules> rules;
  std::unique_ptr<JobStore> store;
  std::unique_ptr<GroupPlanner> planner;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Superseder> superseder;
  std::unique_ptr<Intake> intake;
};

}  // namespace cmr
