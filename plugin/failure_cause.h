// Why an attempt at a job failed, in few words: for metrics and for lists of dead jobs. The
// sentence for people stands in the reason.
#pragma once

namespace cmr {

enum class FailureCause {
  other,
  analysis,      // the worker said that it could not
  memory,        // out of memory, or above the ceiling of one job
  crash,         // the worker died
  deadline,      // longer than JobDeadlineSeconds
  silence,       // no sign of life for SilenceLimitSeconds
  start,         // the worker could not be started, or was not ready in time
  package,       // another model package than the job's, or one that cannot be loaded
  protocol,      // the worker said what the protocol does not know
  archive,       // the archive could not be read
  leaseExpired,  // the lease ran out, or the service ended in the middle
  conflict,      // one UID would stand for two files
  queue          // the results were there and could not be kept until they are stored
};

inline constexpr FailureCause allFailureCauses[] = {
    FailureCause::other,   FailureCause::analysis,     FailureCause::memory,
    FailureCause::crash,   FailureCause::deadline,     FailureCause::silence,
    FailureCause::start,   FailureCause::package,      FailureCause::protocol,
    FailureCause::archive, FailureCause::leaseExpired, FailureCause::conflict,
    FailureCause::queue};

constexpr const char* failureCauseName(FailureCause cause) {
  switch (cause) {
    case FailureCause::other:
      return "other";
    case FailureCause::analysis:
      return "analysis";
    case FailureCause::memory:
      return "memory";
    case FailureCause::crash:
      return "crash";
    case FailureCause::deadline:
      return "deadline";
    case FailureCause::silence:
      return "silence";
    case FailureCause::start:
      return "start";
    case FailureCause::package:
      return "package";
    case FailureCause::protocol:
      return "protocol";
    case FailureCause::archive:
      return "archive";
    case FailureCause::leaseExpired:
      return "leaseExpired";
    case FailureCause::conflict:
      return "conflict";
    case FailureCause::queue:
      return "queue";
  }
  return "other";
}

}  // namespace cmr
