// A package or a program that makes every worker fail must not use up the attempts of every job in
// the queue: after a few failures in a row nothing is tried for a while, then one job, and so on.
#pragma once

#include <chrono>
#include <mutex>
#include <set>
#include <string>

#include "plugin/analysis_request.h"

namespace cmr {

struct CircuitBreakerSettings {
  // Worker failures in a row, of so many different jobs (one job that kills every worker is its own
  // trouble); or of a worker that could not even begin, whatever the job.
  int jobs = 3;
  int starts = 3;
  std::chrono::milliseconds firstPause{60000};  // doubled with each trial that fails
  std::chrono::milliseconds largestPause{3600000};
};

// Thread ownership: any thread.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit CircuitBreaker(CircuitBreakerSettings settings = {}) : settings_(settings) {}

  // An outcome of WorkerSupervisor::run. A worker that answered, whatever it said, closes it.
  void record(const AnalysisRequest& request, const AnalysisOutcome& outcome, Time now);
  // Why nothing should be tried with this package now; empty when something may. Another package
  // than the one that failed may always be tried.
  std::string problem(const std::string& packageSha256, Time now) const;

 private:
  void close();

  const CircuitBreakerSettings settings_;
  mutable std::mutex mutex_;  // guards the rest
  std::string package_;
  std::set<std::string> failedJobs_;
  int failedStarts_ = 0;
  std::string lastReason_;
  std::chrono::milliseconds pause_{0};  // zero: closed
  Time openUntil_{};
};

}  // namespace cmr
