// The service's life inside the archive's process: configured, started when the archive has,
// stopped with it; and what is said when it cannot run. Nothing in here throws.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "plugin/access.h"
#include "plugin/archive.h"
#include "plugin/doorbell.h"
#include "plugin/service.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: any thread.
class ServiceHost {
 public:
  ServiceHost(std::unique_ptr<Archive> archive, LogCallback log);
  ~ServiceHost();

  // configuration: the archive's, as JSON.
  void configure(const std::string& configuration, const ArchiveFolders& folders) noexcept;

  // From the archive's events; each only rings or hands over to a thread, but for stop(), which
  // returns when everything has ended, seconds at most.
  void start() noexcept;
  void changed() noexcept;
  void deleted(const std::string& resourceId) noexcept;
  void stop() noexcept;

  bool asksForWorklist() const { return plan_ && plan_->settings.worklist.enable; }
  // Another plugin has the archive's worklist: logged, and told by status().
  void worklistRefused(const std::string& problem) noexcept;

  // Null while there is none; status() says why.
  std::shared_ptr<Service> service() const;
  nlohmann::json status() const;
  // Until configure() has read one that can be used: closed.
  const AccessRules& access() const { return access_; }
  ServiceMeasures measures() const;  // of a service that does not run: nothing but that

 private:
  void open(const std::stop_token& stop);
  void setState(const std::string& state, const std::string& reason);

  const std::unique_ptr<Archive> archive_;
  const LogCallback log_;
  std::optional<ServicePlan> plan_;
  AccessRules access_;
  std::string worklistWarning_;  // of configure()
  Doorbell bell_;
  mutable std::mutex mutex_;  // guards the next four
  std::string state_ = "starting";
  std::string reason_;
  std::string worklistProblem_;
  std::shared_ptr<Service> service_;
  std::jthread opener_;
};

}  // namespace cmr
