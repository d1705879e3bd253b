#include "plugin/circuit_breaker.h"

#include <algorithm>

namespace cmr {
namespace {

// The worker itself failed, not the analysis, and nobody asked for its end; nor may another job's
// images be to blame.
bool isWorkerFailure(const AnalysisOutcome& outcome) {
  if (outcome.kind != OutcomeKind::failed || outcome.besideHint) return false;
  switch (outcome.cause) {
    case FailureCause::crash:
    case FailureCause::deadline:
    case FailureCause::silence:
    case FailureCause::start:
    case FailureCause::package:
    case FailureCause::protocol:
      return true;
    case FailureCause::other:
    case FailureCause::analysis:
    case FailureCause::memory:
    case FailureCause::archive:
    case FailureCause::queue:
    case FailureCause::leaseExpired:
    case FailureCause::conflict:
      return false;
  }
  return false;
}

}  // namespace

void CircuitBreaker::record(const AnalysisRequest& request, const AnalysisOutcome& outcome,
                            Time now) {
  const std::lock_guard lock(mutex_);
  if (!isWorkerFailure(outcome)) {
    // A job that was cancelled, or that needed too much memory, says nothing either way.
    const bool answered =
        outcome.kind != OutcomeKind::failed || outcome.cause == FailureCause::analysis;
    if (answered) failures_.erase(request.packageSha256);
    return;
  }
  Failures& failures = failures_[request.packageSha256];
  failures.lastReason = outcome.reason;
  failures.jobs.insert(request.jobId);
  if (outcome.cause == FailureCause::start || outcome.cause == FailureCause::package) {
    ++failures.starts;
  }
  const bool wasOpen = failures.pause.count() > 0;
  const bool isTooMuch = static_cast<int>(failures.jobs.size()) >= settings_.jobs ||
                         failures.starts >= settings_.starts;
  if (!wasOpen && !isTooMuch) return;
  // One that began before the pause did, in another worker: what it tells is known.
  if (wasOpen && now < failures.openUntil) return;
  failures.pause =
      wasOpen ? std::min(failures.pause * 2, settings_.largestPause) : settings_.firstPause;
  failures.openUntil = now + failures.pause;
}

CircuitBreaker::Pass CircuitBreaker::admit(const std::string& packageSha256, Time now) {
  const std::lock_guard lock(mutex_);
  if (!whyNot(packageSha256, now).empty()) return nullptr;
  const auto found = failures_.find(packageSha256);
  const bool isClosed = found == failures_.end() || found->second.pause.count() == 0;
  if (isClosed) return std::make_shared<bool>(true);
  trials_.insert(packageSha256);
  return {this, [packageSha256](CircuitBreaker* self) {
            const std::lock_guard ending(self->mutex_);
            self->trials_.erase(packageSha256);
          }};
}

std::string CircuitBreaker::problem(const std::string& packageSha256, Time now) const {
  const std::lock_guard lock(mutex_);
  return whyNot(packageSha256, now);
}

std::string CircuitBreaker::whyNot(const std::string& packageSha256, Time now) const {
  const auto found = failures_.find(packageSha256);
  if (found == failures_.end()) return {};
  const Failures& failures = found->second;
  if (failures.pause.count() == 0) return {};
  const bool isPaused = now < failures.openUntil;
  if (!isPaused && trials_.count(packageSha256) == 0) return {};
  return "the worker keeps failing with the model package: " +
         (isPaused ? "nothing is tried for " + std::to_string(failures.pause.count() / 1000) + " s"
                   : std::string("one job is tried before any other")) +
         "; the last failure: " + failures.lastReason;
}

}  // namespace cmr
