// How a worker is lost, and what becomes of its job.
#pragma once

#include <exception>
#include <string>

#include "analysis/errors.h"
#include "plugin/analysis_request.h"
#include "plugin/failure_cause.h"

namespace cmr {

// The worker is lost, and why.
class WorkerTrouble : public ResourceError {
 public:
  WorkerTrouble(FailureCause cause, const std::string& what) : ResourceError(what), cause_(cause) {}
  FailureCause cause() const { return cause_; }

 private:
  FailureCause cause_;
};

// wasReady: whether the worker had taken the package in.
FailureCause causeOf(const std::exception& error, bool wasReady);

AnalysisOutcome failedBecause(const std::string& reason, FailureCause cause);

// What a worker says when it lives on.
FailureCause causeSaid(const AnalysisOutcome& outcome);

}  // namespace cmr
