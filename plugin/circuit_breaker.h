// A package or a program that makes every worker fail must not use up the attempts of every job in
// the queue: after a few failures in a row nothing is tried with it for a while, then one job, and
// so on. Each package has a row of its own.
#pragma once

#include <chrono>
#include <map>
#include <memory>
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

  // A job is about to be tried with this package. Empty: it may not, as nothing is tried now or
  // another worker tries one already. Held until the outcome is recorded; not after the breaker.
  using Pass = std::shared_ptr<void>;
  Pass admit(const std::string& packageSha256, Time now);
  // An outcome of WorkerSupervisor::run. A worker that answered, whatever it said, closes that of
  // its package.
  void record(const AnalysisRequest& request, const AnalysisOutcome& outcome, Time now);
  // Why nothing should be tried with this package now; empty when something may. Another package
  // than the one that failed may always be tried.
  std::string problem(const std::string& packageSha256, Time now) const;

 private:
  struct Failures {
    std::set<std::string> jobs;
    int starts = 0;
    std::string lastReason;
    std::chrono::milliseconds pause{0};  // zero: closed
    Time openUntil{};
  };

  std::string whyNot(const std::string& packageSha256, Time now) const;  // under the mutex

  const CircuitBreakerSettings settings_;
  mutable std::mutex mutex_;                  // guards the next
  std::map<std::string, Failures> failures_;  // by package
  std::set<std::string> trials_;              // packages with which one job is tried after a pause
};

}  // namespace cmr
