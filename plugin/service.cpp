#include "plugin/service.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/rest_rules.h"

namespace cmr {
namespace {

// A package is known by the hash of its manifest, which holds those of all its other files; the
// worker checks them.
std::string packageHash(const std::string& folder) {
  const std::string path = folder + "/manifest.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) throw PackageError("the model package has no readable " + path);
  return sha256Hex(std::string(std::istreambuf_iterator<char>(file), {}));
}

JobStoreSettings storeSettings(const ServicePlan& plan) {
  JobStoreSettings settings;
  settings.path = plan.databasePath;
  settings.maxAttempts = plan.settings.maxAttempts;
  settings.firstBackOff = plan.settings.firstBackOff;
  settings.largestBackOff = plan.settings.largestBackOff;
  return settings;
}

WorkerSettings workerSettings(const Settings& settings) {
  WorkerSettings worker;
  worker.executable = settings.workerExecutable;
  worker.packageFolder = settings.packageFolder;
  worker.threads = settings.threads;
  worker.reportExperimental = settings.reportExperimental;
  worker.niceness = settings.niceness;
  worker.jobDeadline = settings.jobDeadline;
  worker.startDeadline = settings.startDeadline;
  worker.silenceLimit = settings.silenceLimit;
  return worker;
}

DispatcherSettings dispatcherSettings(const Settings& settings) {
  DispatcherSettings dispatcher;
  dispatcher.storeResults = settings.storeResults;
  return dispatcher;
}

nlohmann::json workerJson(const WorkerStatus& worker) {
  return {{"running", worker.running},        {"ready", worker.ready},
          {"processId", worker.processId},    {"restarts", worker.restarts},
          {"package", worker.package},        {"device", worker.device},
          {"lastFailure", worker.lastFailure}};
}

nlohmann::json intakeJson(const IntakeStatus& intake) {
  return {{"lastChange", intake.lastChange},
          {"unsettledInstances", intake.unsettled},
          {"waitingForStudy", intake.waitingForStudy},
          {"waitingForHours", intake.waitingForHours},
          {"submitted", intake.submitted},
          {"skipped", intake.skipped},
          {"lastSkipped", intake.lastSkipped},
          {"trouble", intake.trouble}};
}

}  // namespace

ServicePlan planService(const Settings& settings, const std::string& archiveFolder,
                        const LogCallback& log) {
  ServicePlan plan{settings,
                   std::make_shared<LiveRules>(settings.rulesFile, log),
                   packageHash(settings.packageFolder),
                   {}};
  const std::string& folder =
      settings.databaseFolder.empty() ? archiveFolder : settings.databaseFolder;
  plan.databasePath = folder + "/cmr-jobs.sqlite";
  return plan;
}

Service::Service(ServicePlan plan, Archive& archive, std::int64_t startingPoint,
                 const LogCallback& log)
    : plan_(std::move(plan)),
      store_(storeSettings(plan_)),
      package_(plan_.settings.packageFolder, plan_.packageSha256, log),
      worker_(workerSettings(plan_.settings), log),
      planner_(archive, store_, *plan_.rules, [this] { return package_.sha256(); }),
      superseder_(archive, store_, plan_.settings.deleteSuperseded, log),
      outbox_(archive, store_, log, [this] { superseder_.removeOutdated(); }),
      dispatcher_(archive, store_,
                  {[this](const AnalysisRequest& request, const ProgressCallback& progress) {
                     return worker_.run(request, progress);
                   },
                   [this] { outbox_.ring(); },
                   [this](const std::string& seriesId) { intake_.reconsider(seriesId); }, log,
                   [this] { return packageInUse(); }},
                  dispatcherSettings(plan_.settings)),
      intake_(archive, store_, planner_, startingPoint, log, [this] { dispatcher_.ring(); }),
      outboxThread_([this](const std::stop_token& stop) { outbox_.run(stop); }),
      dispatcherThread_([this](const std::stop_token& stop) { dispatcher_.run(stop); }),
      intakeThread_([this](const std::stop_token& stop) { intake_.run(stop); }) {}

Service::~Service() { stop(); }

void Service::stop() {
  for (std::jthread* thread : {&intakeThread_, &dispatcherThread_, &outboxThread_}) {
    thread->request_stop();
  }
  worker_.stop();
  for (std::jthread* thread : {&intakeThread_, &dispatcherThread_, &outboxThread_}) {
    if (thread->joinable()) thread->join();
  }
}

// While another package is copied over the one in use, a worker that has loaded it goes on; without
// one the jobs wait.
PackageInUse Service::packageInUse() {
  package_.look();
  const std::string problem = package_.problem();
  PackageInUse use{package_.sha256(), {}};
  if (problem.empty()) return use;
  const WorkerStatus worker = worker_.status();
  if (!worker.ready || worker.packageSha256 != use.sha256) {
    use.problem = "the model package cannot be used: " + problem;
  }
  return use;
}

void Service::ring() {
  dispatcher_.ring();
  outbox_.ring();
}

nlohmann::json Service::status() const {
  nlohmann::json queue = nlohmann::json::object();
  for (const JobStore::StateCount& entry : store_.counts()) {
    queue[jobStateName(entry.state)] = entry.count;
  }
  return {{"worker", workerJson(worker_.status())},
          {"package",
           {{"folder", plan_.settings.packageFolder},
            {"sha256", package_.sha256()},
            {"problem", package_.problem()}}},
          {"rules", rulesSummary(plan_.rules->status())},
          {"jobs", queue},
          {"intake", intakeJson(intake_.status())},
          {"dispatcher", {{"trouble", dispatcher_.trouble()}}},
          {"outbox", {{"trouble", outbox_.trouble()}}}};
}

}  // namespace cmr
