#include "plugin/service.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/audit_trail.h"
#include "plugin/job_json.h"
#include "plugin/send_notice.h"
#include "plugin/send_results.h"
#include "plugin/worklist_program.h"

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

DispatcherSettings dispatcherSettings(const Settings& settings) {
  DispatcherSettings dispatcher;
  dispatcher.storeResults = settings.storeResults;
  // A worker that is lost over the next job's images costs this job an attempt: not its only one.
  dispatcher.readAhead = settings.readAhead && settings.maxAttempts > 1;
  return dispatcher;
}

ResourceFloor floorOf(const Settings& settings, std::vector<std::string> folders) {
  constexpr std::uint64_t mebi = std::uint64_t{1} << 20;
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return {static_cast<std::uint64_t>(settings.diskFloorMiB) * mebi,
          static_cast<std::uint64_t>(settings.memoryFloorMiB) * mebi, std::move(folders)};
}

std::vector<Forwarder::Lane> lanesOf(const Settings& settings, Archive& archive, JobStore& store,
                                     DeliveryQueue& queue) {
  std::vector<Forwarder::Lane> lanes;
  for (const Destination& to : settings.destinations) {
    lanes.push_back(
        {DeliveryKind::results, to.name,
         [to, &archive, &store, &queue](const Delivery& delivery, const std::stop_token& stop) {
           return sendResults(delivery, to, archive, store, queue, stop);
         }});
  }
  for (const Webhook& webhook : settings.webhooks) {
    lanes.push_back({DeliveryKind::notice, webhook.name,
                     [webhook, &store](const Delivery& notice, const std::stop_token& stop) {
                       return sendNotice(notice, webhook, store, stop);
                     }});
  }
  return lanes;
}

std::vector<DeliveryQueue::NoticeTarget> noticeTargets(const Settings& settings) {
  std::vector<DeliveryQueue::NoticeTarget> targets;
  for (const Webhook& webhook : settings.webhooks) {
    DeliveryQueue::NoticeTarget target{webhook.name, {}};
    for (const std::string& event : webhook.events) {
      if (const auto state = jobStateNamed(event)) target.events.push_back(*state);
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<std::string> targetNames(const std::vector<DeliveryQueue::NoticeTarget>& targets) {
  std::vector<std::string> names;
  for (const DeliveryQueue::NoticeTarget& target : targets) names.push_back(target.name);
  return names;
}

std::map<std::string, std::string> packageFoldersOf(const Settings& settings) {
  std::map<std::string, std::string> folders = settings.packages;
  folders[""] = settings.packageFolder;
  return folders;
}

// A mistake in such a file, made on the page too, would end the archive at its next start.
void refuseAmongSettings(const std::filesystem::path& rules, const std::string& configuration) {
  if (rules.empty() || configuration.empty() || rules.extension() != ".json") return;
  std::error_code unknown;
  if (!std::filesystem::equivalent(rules.parent_path(), configuration, unknown)) return;
  throw InputError("Rules: " + rules.string() +
                   " lies in the folder of Orthanc's configuration, which takes every JSON file "
                   "there for its own and does not start with a broken one: move it, to "
                   "/var/lib/orthanc/cmr for example");
}

// Without it every job would die of the same. One that disappears later is told by the jobs.
void requireProgram(const std::string& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) {
    throw InputError("WorkerExecutable: there is no program " + path);
  }
  if (::access(path.c_str(), X_OK) != 0) {
    throw InputError("WorkerExecutable: " + path + " may not be executed by Orthanc's user");
  }
}

// A file that is broken at a start changes nothing either, where others were in use before.
void beginRules(LiveRules& rules, JobStore& store) {
  if (!rules.areThere()) rules.begin(AuditTrail(store).lastRulesText());
}

}  // namespace

ServicePlan planService(const Settings& settings, const ArchiveFolders& folders,
                        const LogCallback& log) {
  refuseAmongSettings(settings.rulesFile, folders.configuration);
  ServicePlan plan{settings,
                   std::make_shared<LiveRules>(
                       settings.rulesFile, log, settings.editRules,
                       KnownNames{namesOf(settings.destinations), packageNames(settings)}),
                   {},
                   {},
                   {}};
  for (const auto& [name, folder] : packageFoldersOf(settings)) {
    plan.packageSha256[name] = packageHash(folder);
  }
  requireProgram(settings.workerExecutable);
  const std::string& folder =
      settings.databaseFolder.empty() ? folders.index : settings.databaseFolder;
  plan.databasePath = folder + "/cmr-jobs.sqlite";
  plan.floor = floorOf(settings, {folder, folders.storage});
  return plan;
}

Service::Service(ServicePlan plan, Archive& archive, std::int64_t startingPoint,
                 const LogCallback& log)
    : plan_(std::move(plan)),
      store_(storeSettings(plan_)),
      deliveries_(store_, plan_.settings.deliveryAttempts),
      forwarder_(deliveries_, lanesOf(plan_.settings, archive, store_, deliveries_), log),
      worklistFolder_(
          plan_.settings.worklist.enable ? plan_.settings.worklist.folder : std::string(),
          plan_.settings.worklist.expireDays, store_,
          [this](const std::stop_token& stop) {
            return readFolderByProgram(plan_.settings.workerExecutable,
                                       plan_.settings.worklist.folder, stop);
          },
          log),
      examTies_(archive, store_, plan_.settings.worklist.expireDays, [this] { intake_.tied(); }),
      worklistWatch_(worklistFolder_, examTies_, log),
      retention_(store_,
                 {std::chrono::hours(24) * plan_.settings.retentionDays,
                  std::chrono::hours(24) * plan_.settings.auditDays,
                  plan_.settings.worklist.enable ? std::optional(plan_.settings.worklist.expireDays)
                                                 : std::nullopt},
                 log),
      packages_(packageFoldersOf(plan_.settings), plan_.packageSha256, log),
      packageChoice_(store_, packages_, log),
      silentHeads_(plan_.settings.allowedScripts),
      planner_(
          archive, store_, *plan_.rules,
          [this](const std::string& name) { return packageChoice_.sha256(name); }, localTimeNow,
          plan_.settings.sendResultsTo),
      superseder_(archive, store_, plan_.settings.deleteSuperseded, log),
      reporter_(
          planner_, store_, [this] { return packageChoice_.sha256(); }, [this] { workers_.ring(); },
          log),
      outbox_(
          archive, store_, log,
          [this] {
            superseder_.removeOutdated();
            forwarder_.ring();
          },
          [this] {
            noteFiles();
            retention_.step(std::chrono::steady_clock::now());
            if (plan_.settings.reportStudies) reporter_.submitDue();
          },
          &metrics_),
      workers_(plan_.settings, log,
               [this, &archive, &log](WorkerSupervisor& worker) {
                 return makeDispatcher(archive, worker, log);
               }),
      intake_(
          archive, store_, planner_, startingPoint, log, [this] { workers_.ring(); },
          plan_.settings.earlyStart) {
  beginRules(*plan_.rules, store_);
  // Before anything can end a job.
  deliveries_.setNoticeTargets(noticeTargets(plan_.settings));
  deliveries_.giveUpOthers(DeliveryKind::results, namesOf(plan_.settings.destinations));
  deliveries_.giveUpOthers(DeliveryKind::notice, targetNames(noticeTargets(plan_.settings)));
  outboxThread_ = std::jthread([this](const std::stop_token& stop) { outbox_.run(stop); });
  workers_.start();
  intakeThread_ = std::jthread([this](const std::stop_token& stop) { intake_.run(stop); });
  if (plan_.settings.worklist.enable) {
    worklistThread_ =
        std::jthread([this](const std::stop_token& stop) { worklistWatch_.run(stop); });
  }
  forwarder_.start();
}

Service::~Service() { stop(); }

void Service::stop() {
  const auto threads = {&intakeThread_, &outboxThread_, &worklistThread_};
  for (std::jthread* thread : threads) thread->request_stop();
  workers_.requestStop();
  workers_.endWorkers();
  forwarder_.stop();
  workers_.join();
  for (std::jthread* thread : threads) {
    if (thread->joinable()) thread->join();
  }
}

std::unique_ptr<Dispatcher> Service::makeDispatcher(Archive& archive, WorkerSupervisor& worker,
                                                    const LogCallback& log) {
  DispatcherDuties duties;
  duties.analyze = [this, &worker](const AnalysisRequest& request, const ProgressCallback& progress,
                                   const HintCallback& hint) {
    return analyze(worker, request, progress, hint);
  };
  duties.onResults = [this] { outbox_.ring(); };
  duties.onOtherSource = [this](const std::string& seriesId) { intake_.reconsider(seriesId); };
  duties.log = log;
  duties.packages = [this, &worker] { return packagesInUse(worker); };
  duties.metrics = &metrics_;
  duties.memory = &memory_;
  duties.admit = [this](const std::string& sha256) {
    return breaker_.admit(sha256, std::chrono::steady_clock::now());
  };
  return std::make_unique<Dispatcher>(archive, store_, std::move(duties),
                                      dispatcherSettings(plan_.settings));
}

AnalysisOutcome Service::analyze(WorkerSupervisor& worker, const AnalysisRequest& request,
                                 const ProgressCallback& progress, const HintCallback& hint) {
  AnalysisOutcome outcome = worker.run(request, progress, hint);
  breaker_.record(request, outcome, std::chrono::steady_clock::now());
  return outcome;
}

// While another package is copied over the one in use, a worker that has loaded it goes on; without
// one the jobs wait.
PackagesInUse Service::packagesInUse(const WorkerSupervisor& supervisor) {
  packages_.look();
  PackagesInUse use;
  use.problem = belowFloor(plan_.floor, measureResources(plan_.floor.folders));
  if (!use.problem.empty()) return use;
  use.packages = packages_.packages();
  const WorkerStatus worker = supervisor.status();
  const auto now = std::chrono::steady_clock::now();
  const std::string chosen = packageChoice_.inUse();
  int best = 0;
  for (std::size_t i = 0; i < use.packages.size(); ++i) {
    PackageInUse& one = use.packages[i];
    const bool isLoaded = worker.ready && worker.packageSha256 == one.sha256;
    if (isLoaded) one.problem.clear();
    if (!one.problem.empty()) {
      const std::string name = one.name.empty() ? "" : " \"" + one.name + "\"";
      one.problem = "the model package" + name + " cannot be used: " + one.problem;
    }
    const std::string failing = breaker_.problem(one.sha256, now);
    if (!failing.empty()) one.problem = failing;
    if (!one.problem.empty()) continue;
    // Reports on studies: with what is loaded, else with what new jobs are for, else with any.
    const int suits = isLoaded ? 3 : one.name == chosen ? 2 : 1;
    if (suits <= best) continue;
    best = suits;
    use.forStudies = i;
  }
  return use;
}

std::optional<std::uint64_t> Service::memoryLeft() const {
  const FreeResources free = measureResources({});
  if (!free.memoryBytes) return std::nullopt;
  return *free.memoryBytes - std::min(*free.memoryBytes, plan_.floor.memoryBytes);
}

std::map<std::string, std::string> Service::packageFolders() const {
  return packageFoldersOf(plan_.settings);
}

void Service::noteFiles() {
  plan_.rules->now();
  AuditTrail trail(store_);
  trail.noteRules({{}, serviceRole}, "found", [this] {
    RulesStatus rules = plan_.rules->status();
    return RulesVersion{std::move(rules.sha256), std::move(rules.text), std::move(rules.file)};
  });
  for (const PackageInUse& one : packages_.packages()) {
    trail.notePackage(one.folder, one.sha256, one.name);
  }
}

void Service::ring() {
  workers_.ring();
  outbox_.ring();
  forwarder_.ring();
  worklistWatch_.ring();
}

}  // namespace cmr
