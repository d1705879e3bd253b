// Running the queue: pause and drain, priorities, dead jobs in bulk, depths, forgetting.
#include <limits>
#include <utility>

#include "analysis/errors.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

constexpr const char* modeMark = "mode";
constexpr const char* drainMark = "drainUpTo";  // the newest job when draining began
constexpr const char* paused = "paused";
constexpr const char* draining = "draining";

std::int64_t drainUpTo(const std::string& mark) { return mark.empty() ? 0 : std::stoll(mark); }

// The mark is the mode's name, but for running.
std::string modeJson(const std::string& mark) {
  return R"({"mode":")" + (mark.empty() ? std::string("running") : mark) + "\"}";
}

std::string priorityJson(std::int64_t priority) {
  return R"({"priority":)" + std::to_string(priority) + "}";
}

}  // namespace

std::int64_t JobStore::Impl::newestToTake() {
  const std::string mode = mark(modeMark);
  if (mode == paused) return -1;
  if (mode == draining) return drainUpTo(mark(drainMark));
  return std::numeric_limits<std::int64_t>::max();
}

void JobStore::setMode(Mode mode, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const std::string before = impl_->mark(modeMark);
  switch (mode) {
    case Mode::running:
      impl_->setMark(modeMark, "");
      break;
    case Mode::paused:
      impl_->setMark(modeMark, paused);
      break;
    case Mode::draining:
      impl_->setMark(modeMark, draining);
      impl_->setMark(
          drainMark,
          std::to_string(impl_->connection.integer("SELECT coalesce(max(seq), 0) FROM jobs")));
      break;
  }
  impl_->audit(by, {"queue", "mode", "", modeJson(before), modeJson(impl_->mark(modeMark))});
  transaction.commit();
}

void JobStore::noteBackfill(const std::string& days, std::size_t series, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  impl_->audit(by, {"queue", "backfill", days, "", R"({"series":)" + std::to_string(series) + "}"});
  transaction.commit();
}

JobStore::Mode JobStore::mode() {
  const std::lock_guard guard(impl_->mutex);
  const std::string mode = impl_->mark(modeMark);
  if (mode == paused) return Mode::paused;
  return mode == draining ? Mode::draining : Mode::running;
}

bool JobStore::isDrained() {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->mark(modeMark) != draining) return false;
  SqliteStatement left(impl_->connection,
                       "SELECT 1 FROM jobs WHERE state IN ('queued', 'leased', 'retry', 'storing')"
                       " AND seq <= ? LIMIT 1");
  return !left.bind(drainUpTo(impl_->mark(drainMark))).step();
}

void JobStore::setPriority(const std::string& jobId, int priority, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const std::int64_t seq = impl_->require(jobId);
  const int before = impl_->record(seq).submission.priority;
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET priority = ?, updated_ms = ? WHERE seq = ?"
                  " AND state IN ('queued', 'leased', 'retry', 'storing')")
      .bind(priority, unixTimeMs(), seq)
      .run();
  if (impl_->connection.changedRows() == 0) {
    throw InputError("job " + jobId + " is " + jobStateName(impl_->state(seq)) +
                     ": nothing is left to put before others");
  }
  impl_->audit(by, {"job", "priority", jobId, priorityJson(before), priorityJson(priority)});
  transaction.commit();
}

int JobStore::retryDead(const std::string& cause, std::size_t limit, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  std::vector<std::pair<std::int64_t, std::string>> dead;
  SqliteStatement rows(impl_->connection,
                       "SELECT seq, id FROM jobs WHERE state = 'dead' AND (?1 = '' OR cause = ?1)"
                       " ORDER BY seq LIMIT ?2");
  rows.bind(cause, static_cast<std::int64_t>(limit));
  while (rows.step()) dead.emplace_back(rows.integer(0), rows.bytes(1));
  for (const auto& [seq, id] : dead) {
    impl_->queueAgain(seq);
    impl_->audit(by, {"job", "retry", id, stateJson(JobState::dead), stateJson(JobState::queued)});
  }
  transaction.commit();
  return static_cast<int>(dead.size());
}

std::vector<JobStore::Depth> JobStore::depths() {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Depth> depths;
  for (const JobState state : allJobStates) {
    SqliteStatement row(impl_->connection,
                        "SELECT count(*), min(since_ms) FROM jobs WHERE state = ?");
    row.bind(jobStateName(state)).step();
    Depth depth{state, row.integer(0), {}};
    if (!row.isNull(1)) depth.oldestSinceMs = row.integer(1);
    depths.push_back(depth);
  }
  return depths;
}

JobStore::Waiting JobStore::outbox() {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM jobs"
                      " JOIN outbox ON job_seq = seq JOIN objects USING (sop_uid)"
                      " WHERE state = 'storing' AND stored = 0");
  row.step();
  return {row.integer(0), row.integer(1)};
}

JobStore::Forgotten JobStore::forgetOld(std::int64_t beforeMs, std::size_t limit) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto most = static_cast<std::int64_t>(limit);
  Forgotten forgotten;
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET results = '' WHERE seq IN (SELECT seq FROM jobs"
                  " WHERE state = 'done' AND since_ms < ? AND results <> '' LIMIT ?)")
      .bind(beforeMs, most)
      .run();
  forgotten.documents = static_cast<int>(impl_->connection.changedRows());
  impl_->connection.execute(
      "DELETE FROM study_documents WHERE job_seq IN"
      " (SELECT seq FROM jobs WHERE scope = 'study' AND state = 'done' AND results = '')");
  SqliteStatement(impl_->connection,
                  "DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE state IN"
                  " ('done', 'dead', 'cancelled', 'notAnalysable') AND since_ms < ?"
                  " AND produced = 0 LIMIT ?)")
      .bind(beforeMs, most)
      .run();
  forgotten.jobs = static_cast<int>(impl_->connection.changedRows());
  SqliteStatement(impl_->connection,
                  "DELETE FROM deliveries WHERE seq IN (SELECT seq FROM deliveries"
                  " WHERE state IN ('sent', 'cancelled') AND updated_ms < ? LIMIT ?)")
      .bind(beforeMs, most)
      .run();
  forgotten.deliveries = static_cast<int>(impl_->connection.changedRows());
  if (forgotten.documents + forgotten.jobs + forgotten.deliveries > 0) transaction.commit();
  return forgotten;
}

}  // namespace cmr
