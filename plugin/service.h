// The service: queue, workers and the threads between them and the archive: intake, outbox,
// worklist and one dispatcher for each worker.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "config/settings.h"
#include "plugin/circuit_breaker.h"
#include "plugin/delivery_queue.h"
#include "plugin/dispatcher.h"
#include "plugin/exam_ties.h"
#include "plugin/forwarder.h"
#include "plugin/group_planner.h"
#include "plugin/intake.h"
#include "plugin/job_store.h"
#include "plugin/metrics_text.h"
#include "plugin/outbox.h"
#include "plugin/package_card.h"
#include "plugin/package_choice.h"
#include "plugin/package_shelf.h"
#include "plugin/resource_floor.h"
#include "plugin/retention.h"
#include "plugin/service_metrics.h"
#include "plugin/study_reporter.h"
#include "plugin/superseder.h"
#include "plugin/worker_slots.h"
#include "plugin/worklist_folder.h"
#include "plugin/worklist_watch.h"

namespace cmr {

// Where the archive keeps its things.
struct ArchiveFolders {
  std::string index;  // the database lies here when the settings name no folder
  std::string storage;
  // Whose JSON files are all Orthanc's settings; empty when it was started with a file.
  std::string configuration = {};
};

// What is checked before a service is made; whatever is wrong stays wrong until somebody mends it
// and starts the archive again, but for the rules, whose file is watched.
struct ServicePlan {
  Settings settings;
  std::shared_ptr<LiveRules> rules;
  std::map<std::string, std::string> packageSha256;  // by name; empty: the one of Package
  std::string databasePath;
  ResourceFloor floor;
};

// Reads rules and package identity, and looks whether the worker is there. Throws InputError or
// PackageError naming what is wrong; what is wrong with the rules' file is said when the service is
// made.
ServicePlan planService(const Settings& settings, const ArchiveFolders& folders,
                        const LogCallback& log);

// Thread ownership: any thread; made and destroyed by one.
class Service {
 public:
  // Opens the database (ResourceError) and starts the threads. InputError: the rules' file is
  // broken and none that were in use before are on record. startingPoint: see Intake.
  Service(ServicePlan plan, Archive& archive, std::int64_t startingPoint, const LogCallback& log);
  ~Service();  // stop()
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Ends worker and threads, in seconds at most: a call into the archive in progress is waited for.
  void stop();

  Intake& intake() { return intake_; }
  GroupPlanner& planner() { return planner_; }
  JobStore& store() { return store_; }
  DeliveryQueue& deliveries() { return deliveries_; }
  std::vector<std::string> destinations() const { return forwarder_.destinations(); }
  LiveRules& rules() { return *plan_.rules; }
  // By name; empty: the package where a rule names none.
  std::map<std::string, std::string> packageFolders() const;
  PackageChoice& packageChoice() { return packageChoice_; }
  const WorklistSettings& worklist() const { return plan_.settings.worklist; }
  // The queue may have changed by an operator's hand.
  void ring();
  nlohmann::json status() const;
  ServiceMeasures measures() const;

 private:
  std::unique_ptr<Dispatcher> makeDispatcher(Archive& archive, WorkerSupervisor& worker,
                                             const LogCallback& log);
  PackagesInUse packagesInUse(const WorkerSupervisor& worker);
  std::optional<std::uint64_t> memoryLeft() const;  // above the floor
  // A study belongs to an exam since now: rules may ask what was scheduled.
  // What changed on disk, for the audit trail.
  void noteFiles();
  AnalysisOutcome analyze(WorkerSupervisor& worker, const AnalysisRequest& request,
                          const ProgressCallback& progress, const HintCallback& hint);
  // Why no job is taken; empty when jobs are.
  std::string whyNotClaiming(const FreeResources& free) const;

  ServicePlan plan_;
  ServiceMetrics metrics_;
  MemoryPromises memory_{[this] { return memoryLeft(); }};
  mutable JobStore store_;
  mutable DeliveryQueue deliveries_;
  Forwarder forwarder_;
  WorklistFolder worklistFolder_;  // of the worklist's thread, as the next two
  ExamTies examTies_;
  WorklistWatch worklistWatch_;
  Retention retention_;  // of the outbox's thread
  PackageShelf packages_;
  PackageChoice packageChoice_;
  mutable SilentHeadsMemory silentHeads_;
  CircuitBreaker breaker_;
  GroupPlanner planner_;
  Superseder superseder_;
  StudyReporter reporter_;  // of the outbox's thread
  Outbox outbox_;
  WorkerSlots workers_;  // their threads begin with start(), when all else is there
  Intake intake_;
  // Last, so that they end before anything that they use.
  std::jthread outboxThread_;
  std::jthread intakeThread_;
  std::jthread worklistThread_;  // only where the worklist is on
};

}  // namespace cmr
