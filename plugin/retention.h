// Forgets what finished long ago, a little at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Zero: for ever.
struct RetentionAges {
  std::chrono::hours jobs{0};
  std::chrono::hours audit{0};  // rows of the audit trail
  // Days after which a scheduled exam that no study arrived for goes; those that arrived go with
  // the age of jobs. Empty: no exam goes.
  std::optional<int> openExams = {};
};

// Thread ownership: one thread.
class Retention {
 public:
  // now: Unix time in ms; absent: the system's.
  Retention(JobStore& store, RetentionAges ages, LogCallback log,
            std::function<std::int64_t()> now = {});

  // To be called often; acts once an hour, for the first time an hour after the start: a machine
  // may come up with a wrong clock, which is set then. Does nothing while the system's clock is not
  // to be believed: when it moved otherwise than the steady one since the start, all that is known
  // of ages is wrong. Throws ResourceError.
  void step(std::chrono::steady_clock::time_point steadyNow);

 private:
  void forgetAudit();
  void forgetExams();
  bool clockJumped(std::chrono::steady_clock::time_point steadyNow);

  JobStore& store_;
  const RetentionAges ages_;
  const LogCallback log_;
  const std::function<std::int64_t()> now_;
  bool begun_ = false;
  bool warned_ = false;
  std::int64_t startMs_ = 0;
  std::chrono::steady_clock::time_point steadyStart_{};
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace cmr
