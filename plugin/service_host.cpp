#include "plugin/service_host.h"

#include <chrono>
#include <exception>
#include <utility>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "config/strict_json.h"
#include "plugin/guarded_round.h"
#include "plugin/worklist_encoding.h"

namespace cmr {
namespace {

constexpr std::chrono::milliseconds pauseBetweenOpenings{10000};

std::string whyDisabled(const Settings& settings) {
  std::string reason = "the configuration has no \"CMR\" section that enables it";
  if (!settings.sectionMeant.empty()) {
    reason += "; did you mean \"CMR\" where it says " + inQuotes(settings.sectionMeant) + "?";
  }
  return reason;
}

}  // namespace

ServiceHost::ServiceHost(std::unique_ptr<Archive> archive, LogCallback log)
    : archive_(std::move(archive)), log_(std::move(log)) {
  access_.isClosed = true;
}

ServiceHost::~ServiceHost() { stop(); }

void ServiceHost::setState(const std::string& state, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  reason_ = reason;
}

void ServiceHost::configure(const std::string& configuration,
                            const ArchiveFolders& folders) noexcept {
  try {
    const Settings settings = parseSettings(configuration);
    access_ = accessRules(settings);
    if (!settings.enable) {
      const std::string reason = whyDisabled(settings);
      setState("disabled", reason);
      log_(LogLevel::warning, "not enabled: nothing is analysed; " + reason);
      return;
    }
    if (const std::string warning = accessWarning(access_); !warning.empty()) {
      log_(LogLevel::warning, warning);
    }
    plan_ = planService(settings, folders, log_);
    if (asksForWorklist()) worklistWarning_ = worklistEncodingWarning(configuration);
    if (!worklistWarning_.empty()) log_(LogLevel::warning, worklistWarning_);
  } catch (const std::exception& error) {
    setState("misconfigured", error.what());
    log_(LogLevel::error,
         std::string("nothing is analysed until the configuration is mended: ") + error.what());
  }
}

void ServiceHost::start() noexcept {
  if (!plan_ || opener_.joinable()) return;
  try {
    opener_ = std::jthread([this](const std::stop_token& stop) { open(stop); });
  } catch (const std::exception& error) {
    setState("broken", error.what());
    log_(LogLevel::error, std::string("no thread for the service: ") + error.what());
  }
}

// A database that cannot be opened may be openable later: a full disk, a slow mount. So may rules
// that are broken, where there are none of before.
void ServiceHost::open(const std::stop_token& stop) {
  std::string known;
  std::string state;
  std::optional<std::int64_t> startingPoint;
  bool isOpen = false;
  while (!isOpen && !stop.stop_requested()) {
    const auto work = [&] {
      state = "waiting";
      if (!startingPoint) startingPoint = archive_->lastChange();
      std::shared_ptr<Service> service;
      try {
        service = std::make_shared<Service>(*plan_, *archive_, *startingPoint, log_);
      } catch (const InputError&) {  // somebody has to mend something
        state = "misconfigured";
        throw;
      }
      {
        const std::lock_guard lock(mutex_);
        service_ = std::move(service);
        state_ = "running";
        reason_.clear();
      }
      isOpen = true;
      log_(LogLevel::warning, std::string(programName) + " " + programVersion + " is running");
    };
    guardedRound(work, [&](const std::string& trouble) {
      if (isOpen) return;
      setState(state, trouble);
      if (known != trouble) {
        log_(LogLevel::error, "the service cannot start, trying again: " + trouble);
      }
      known = trouble;
    });
    if (!isOpen) bell_.wait(stop, pauseBetweenOpenings);
  }
}

void ServiceHost::changed() noexcept {
  try {
    if (const auto running = service()) running->intake().changed();
  } catch (const std::exception&) {  // a lost ring: the log is read again within seconds anyway
  }
}

void ServiceHost::deleted(const std::string& resourceId) noexcept {
  try {
    if (const auto running = service()) running->intake().deleted(resourceId);
  } catch (const std::exception&) {  // out of memory; whoever claims the job looks again
  }
}

void ServiceHost::stop() noexcept {
  try {
    opener_.request_stop();
    if (opener_.joinable()) opener_.join();
    std::shared_ptr<Service> running;
    {
      const std::lock_guard lock(mutex_);
      running.swap(service_);
      if (running) state_ = "stopped";
    }
    if (running) running->stop();
  } catch (const std::exception& error) {
    log_(LogLevel::error, std::string("the service did not stop cleanly: ") + error.what());
  }
}

std::shared_ptr<Service> ServiceHost::service() const {
  const std::lock_guard lock(mutex_);
  return service_;
}

void ServiceHost::worklistRefused(const std::string& problem) noexcept {
  try {
    {
      const std::lock_guard lock(mutex_);
      worklistProblem_ = problem;
    }
    log_(LogLevel::error, problem);
  } catch (const std::exception&) {  // out of memory: the query's answer tells it as well
  }
}

ServiceMeasures ServiceHost::measures() const {
  const auto running = service();
  return running ? running->measures() : ServiceMeasures{};
}

nlohmann::json ServiceHost::status() const {
  const auto running = service();
  nlohmann::json status = running ? running->status() : nlohmann::json::object();
  status["program"] = programName;
  status["version"] = programVersion;
  const std::lock_guard lock(mutex_);
  status["state"] = state_;
  status["reason"] = reason_;
  status["worklist"] = {
      {"enabled", asksForWorklist()}, {"problem", worklistProblem_}, {"warning", worklistWarning_}};
  return status;
}

}  // namespace cmr
