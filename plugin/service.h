// The service: queue, worker and the three threads between them and the archive.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "config/settings.h"
#include "plugin/dispatcher.h"
#include "plugin/group_planner.h"
#include "plugin/intake.h"
#include "plugin/job_store.h"
#include "plugin/outbox.h"
#include "plugin/package_watch.h"
#include "plugin/superseder.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// What is checked before a service is made; whatever is wrong stays wrong until somebody mends it
// and starts the archive again.
struct ServicePlan {
  Settings settings;
  std::shared_ptr<LiveRules> rules;
  std::string packageSha256;
  std::string databasePath;
};

// Reads rules and package identity. archiveFolder: where the database lies when the settings name
// no folder. Throws InputError or PackageError naming what is wrong.
ServicePlan planService(const Settings& settings, const std::string& archiveFolder,
                        const LogCallback& log);

// Thread ownership: any thread; made and destroyed by one.
class Service {
 public:
  // Opens the database (ResourceError) and starts the threads. startingPoint: see Intake.
  Service(ServicePlan plan, Archive& archive, std::int64_t startingPoint, const LogCallback& log);
  ~Service();  // stop()
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Ends worker and threads, in seconds at most: a call into the archive in progress is waited for.
  void stop();

  Intake& intake() { return intake_; }
  GroupPlanner& planner() { return planner_; }
  JobStore& store() { return store_; }
  LiveRules& rules() { return *plan_.rules; }
  // The queue may have changed by an operator's hand.
  void ring();
  nlohmann::json status() const;

 private:
  PackageInUse packageInUse();

  ServicePlan plan_;
  mutable JobStore store_;
  PackageWatch package_;
  WorkerSupervisor worker_;
  GroupPlanner planner_;
  Superseder superseder_;
  Outbox outbox_;
  Dispatcher dispatcher_;
  Intake intake_;
  // Last, so that they end before anything that they use.
  std::jthread outboxThread_;
  std::jthread dispatcherThread_;
  std::jthread intakeThread_;
};

}  // namespace cmr
