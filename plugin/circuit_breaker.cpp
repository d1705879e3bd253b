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
    case FailureCause::leaseExpired:
    case FailureCause::conflict:
      return false;
  }
  return false;
}

}  // namespace

void CircuitBreaker::close() {
  failedJobs_.clear();
  failedStarts_ = 0;
  pause_ = std::chrono::milliseconds(0);
}

void CircuitBreaker::record(const AnalysisRequest& request, const AnalysisOutcome& outcome,
                            Time now) {
  const std::lock_guard lock(mutex_);
  if (!isWorkerFailure(outcome)) {
    // A job that was cancelled, or that needed too much memory, says nothing either way.
    const bool answered =
        outcome.kind != OutcomeKind::failed || outcome.cause == FailureCause::analysis;
    if (answered) close();
    return;
  }
  if (package_ != request.packageSha256) close();
  package_ = request.packageSha256;
  lastReason_ = outcome.reason;
  failedJobs_.insert(request.jobId);
  if (outcome.cause == FailureCause::start || outcome.cause == FailureCause::package) {
    ++failedStarts_;
  }
  const bool wasOpen = pause_.count() > 0;
  const bool isTooMuch =
      static_cast<int>(failedJobs_.size()) >= settings_.jobs || failedStarts_ >= settings_.starts;
  if (!wasOpen && !isTooMuch) return;
  pause_ = wasOpen ? std::min(pause_ * 2, settings_.largestPause) : settings_.firstPause;
  openUntil_ = now + pause_;
}

std::string CircuitBreaker::problem(const std::string& packageSha256, Time now) const {
  const std::lock_guard lock(mutex_);
  if (pause_.count() == 0 || now >= openUntil_ || packageSha256 != package_) return {};
  return "the worker keeps failing with the model package: nothing is tried for " +
         std::to_string(pause_.count() / 1000) + " s; the last failure: " + lastReason_;
}

}  // namespace cmr
