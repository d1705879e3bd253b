#include "plugin/worker_trouble.h"

#include "plugin/framed_socket.h"
#include "plugin/worker_protocol.h"

namespace cmr {

FailureCause causeOf(const std::exception& error, bool wasReady) {
  if (const auto* trouble = dynamic_cast<const WorkerTrouble*>(&error)) return trouble->cause();
  if (dynamic_cast<const PeerGoneError*>(&error) == nullptr &&
      dynamic_cast<const ProtocolError*>(&error) != nullptr) {
    return FailureCause::protocol;
  }
  return wasReady ? FailureCause::crash : FailureCause::start;
}

AnalysisOutcome failedBecause(const std::string& reason, FailureCause cause) {
  AnalysisOutcome outcome;
  outcome.kind = OutcomeKind::failed;
  outcome.reason = reason;
  outcome.cause = cause;
  return outcome;
}

FailureCause causeSaid(const AnalysisOutcome& outcome) {
  return outcome.reason.rfind(outOfMemory, 0) == 0 ? FailureCause::memory : FailureCause::analysis;
}

}  // namespace cmr
