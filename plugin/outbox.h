// Brings what the worker produced into the archive, in order, until all of it is there.
#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "plugin/archive.h"
#include "plugin/doorbell.h"
#include "plugin/job_store.h"
#include "plugin/service_metrics.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: run() on one thread, ring() and trouble() from any.
class Outbox {
 public:
  // onDone: jobs were done, or may have been before the start; or cancelled half-way.
  // onRound: the thread came round, about once a second.
  Outbox(Archive& archive, JobStore& store, LogCallback log, std::function<void()> onDone = {},
         std::function<void()> onRound = {}, ServiceMetrics* metrics = nullptr);

  void run(const std::stop_token& stop);
  bool round(const std::stop_token& stop) noexcept;  // of run(); false: trouble
  void storeAll(const std::stop_token& stop);        // of a round: all that is due
  void ring() { bell_.ring(); }
  std::string trouble() const;  // of the last round; empty when all is well

 private:
  bool sourceIsThere(const JobRecord& job);
  void giveUp(const JobRecord& job, const std::string& reason);
  void storeOne(const JobRecord& job, const OutboxObject& object);
  void setTrouble(const std::string& trouble);

  Archive& archive_;
  JobStore& store_;
  const LogCallback log_;
  const std::function<void()> onDone_;
  const std::function<void()> onRound_;
  ServiceMetrics* const metrics_;  // may be null
  bool newlyDone_ = true;          // of the thread in run()
  Doorbell bell_;
  mutable std::mutex mutex_;
  std::string trouble_;
};

}  // namespace cmr
