// The workers of the service: each a process with a supervisor, and a dispatcher that takes jobs
// for it on a thread of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.h"
#include "plugin/dispatcher.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: any thread, but for start() and what ends it, which are the service's.
class WorkerSlots {
 public:
  using MakeDispatcher = std::function<std::unique_ptr<Dispatcher>(WorkerSupervisor&)>;
  WorkerSlots(const Settings& settings, const LogCallback& log, const MakeDispatcher& make);

  void start();
  void requestStop();
  void endWorkers();  // all at once: each in bounded time
  void join();

  void ring();
  std::string trouble() const;                 // why none takes a job; empty when one does
  nlohmann::json json() const;                 // one entry for each
  WorkerStatus together() const;               // sums; ready when one is; words of the first
  std::map<int, GpuMemory> gpuMemory() const;  // by slot, of those that compute on one

 private:
  struct Slot {
    Slot(const WorkerSettings& settings, const LogCallback& log) : worker(settings, log) {}
    WorkerSupervisor worker;
    std::unique_ptr<Dispatcher> dispatcher;
    std::jthread thread;  // last: it uses the others
  };

  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace cmr
