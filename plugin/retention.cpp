#include "plugin/retention.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "plugin/audit_trail.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr milliseconds largestDrift = hours(1);
constexpr milliseconds retentionPause = hours(1);
constexpr std::size_t mostAtOnce = 500;  // jobs; the queue is locked meanwhile

std::int64_t systemNowMs() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Retention::Retention(JobStore& store, RetentionAges ages, LogCallback log,
                     std::function<std::int64_t()> now)
    : store_(store),
      ages_(ages),
      log_(std::move(log)),
      now_(now ? std::move(now) : std::function<std::int64_t()>(systemNowMs)) {}

bool Retention::clockJumped(std::chrono::steady_clock::time_point steadyNow) {
  const std::int64_t steady =
      std::chrono::duration_cast<milliseconds>(steadyNow - steadyStart_).count();
  const bool jumped = std::llabs(now_() - startMs_ - steady) > largestDrift.count();
  if (jumped && !warned_) {
    warned_ = true;
    log_(LogLevel::warning,
         "the system's clock was set since the start: finished jobs are kept until the next start");
  }
  return jumped;
}

void Retention::forgetAudit() {
  if (ages_.audit.count() == 0) return;
  const int gone =
      AuditTrail(store_).forgetOld(now_() - milliseconds(ages_.audit).count(), mostAtOnce);
  if (gone == 0) return;
  log_(LogLevel::info, "forgot " + std::to_string(gone) + " rows of the audit trail older than " +
                           std::to_string(ages_.audit / hours(24)) + " days");
}

void Retention::forgetExams() {
  if (!ages_.openExams) return;
  const int days = static_cast<int>(ages_.jobs / hours(24));
  const int gone = store_.expireExams(dateBeforeToday(*ages_.openExams),
                                      days == 0 ? std::string() : dateBeforeToday(days));
  if (gone == 0) return;
  log_(LogLevel::info, "forgot " + std::to_string(gone) + " scheduled exams of days long past");
}

void Retention::step(std::chrono::steady_clock::time_point steadyNow) {
  if (ages_.jobs.count() == 0 && ages_.audit.count() == 0 && !ages_.openExams) return;
  if (!begun_) {
    begun_ = true;
    startMs_ = now_();
    steadyStart_ = steadyNow;
    next_ = steadyNow + retentionPause;
  }
  if (steadyNow < next_) return;
  next_ = steadyNow + retentionPause;
  if (clockJumped(steadyNow)) return;
  forgetAudit();
  forgetExams();
  if (ages_.jobs.count() == 0) return;
  const JobStore::Forgotten gone =
      store_.forgetOld(now_() - milliseconds(ages_.jobs).count(), mostAtOnce);
  if (gone.documents + gone.jobs + gone.deliveries == 0) return;
  next_ = steadyNow;  // there may be more
  log_(LogLevel::info, "forgot " + std::to_string(gone.jobs) + " finished jobs and " +
                           std::to_string(gone.documents) + " results documents older than " +
                           std::to_string(ages_.jobs / hours(24)) + " days");
}

}  // namespace cmr
