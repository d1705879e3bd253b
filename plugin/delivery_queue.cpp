#include "plugin/delivery_queue.h"

#include <algorithm>
#include <array>

#include "analysis/errors.h"
#include "plugin/job_store_impl.h"
#include "plugin/list_conditions.h"

namespace cmr {
namespace {

constexpr std::array allStates{DeliveryState::waiting, DeliveryState::sent, DeliveryState::dead,
                               DeliveryState::cancelled};

constexpr const char* deliveryColumns =
    "SELECT d.seq, d.kind, j.id, d.destination, d.event, d.state, d.attempts, d.reason,"
    " d.retry_at_ms, d.created_ms, d.updated_ms,"
    " (SELECT count(*) FROM delivery_objects WHERE delivery_seq = d.seq),"
    " (SELECT count(*) FROM delivery_objects WHERE delivery_seq = d.seq AND sent = 1)"
    " FROM deliveries d JOIN jobs j ON j.seq = d.job_seq ";

DeliveryKind kindFromName(const std::string& name) {
  return name == deliveryKindName(DeliveryKind::notice) ? DeliveryKind::notice
                                                        : DeliveryKind::results;
}

DeliveryState stateFromName(const std::string& name) {
  const auto state = deliveryStateNamed(name);
  if (!state) throw ResourceError("the job store holds an unknown state of a delivery: " + name);
  return *state;
}

Delivery deliveryOf(const SqliteStatement& row) {
  Delivery delivery;
  delivery.id = row.integer(0);
  delivery.kind = kindFromName(row.bytes(1));
  delivery.jobId = row.bytes(2);
  delivery.destination = row.bytes(3);
  delivery.event = row.bytes(4);
  delivery.state = stateFromName(row.bytes(5));
  delivery.attempts = static_cast<int>(row.integer(6));
  delivery.reason = row.bytes(7);
  if (!row.isNull(8)) delivery.retryAtMs = row.integer(8);
  delivery.createdMs = row.integer(9);
  delivery.updatedMs = row.integer(10);
  delivery.objects = static_cast<int>(row.integer(11));
  delivery.objectsSent = static_cast<int>(row.integer(12));
  return delivery;
}

void end(SqliteConnection& connection, std::int64_t id, DeliveryState state,
         const std::string& reason) {
  SqliteStatement(connection,
                  "UPDATE deliveries SET state = ?, reason = ?, due_ms = NULL, retry_at_ms = NULL,"
                  " updated_ms = ? WHERE seq = ? AND state = 'waiting'")
      .bind(deliveryStateName(state), reason, unixTimeMs(), id)
      .run();
}

bool isIn(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int queueAgain(SqliteConnection& connection, const std::string& destination) {
  SqliteStatement(
      connection,
      "UPDATE deliveries SET attempts = CASE state WHEN 'dead' THEN 0 ELSE attempts END,"
      " state = 'waiting', due_ms = NULL, retry_at_ms = NULL, updated_ms = ?"
      " WHERE destination = ? AND (state = 'dead' OR"
      " (state = 'waiting' AND due_ms IS NOT NULL))")
      .bind(unixTimeMs(), destination)
      .run();
  return static_cast<int>(connection.changedRows());
}

}  // namespace

const char* deliveryKindName(DeliveryKind kind) {
  return kind == DeliveryKind::notice ? "notice" : "results";
}

const char* deliveryStateName(DeliveryState state) {
  switch (state) {
    case DeliveryState::waiting:
      return "waiting";
    case DeliveryState::sent:
      return "sent";
    case DeliveryState::dead:
      return "dead";
    case DeliveryState::cancelled:
      return "cancelled";
  }
  return "";
}

std::optional<DeliveryState> deliveryStateNamed(const std::string& name) {
  for (const DeliveryState state : allStates) {
    if (name == deliveryStateName(state)) return state;
  }
  return std::nullopt;
}

void recordDestinations(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job) {
  for (std::size_t i = 0; i < job.destinations.size(); ++i) {
    SqliteStatement(connection,
                    "INSERT INTO job_destinations (job_seq, position, name) VALUES (?, ?, ?)")
        .bind(seq, static_cast<std::int64_t>(i), job.destinations[i])
        .run();
  }
}

std::vector<std::string> destinationsOf(SqliteConnection& connection, std::int64_t seq) {
  SqliteStatement rows(connection,
                       "SELECT name FROM job_destinations WHERE job_seq = ? ORDER BY position");
  rows.bind(seq);
  std::vector<std::string> names;
  while (rows.step()) names.push_back(rows.bytes(0));
  return names;
}

bool JobStore::Impl::cancelDeliveries(std::int64_t seq, const std::string& reason) {
  SqliteStatement(connection,
                  "UPDATE deliveries SET state = 'cancelled', reason = ?, due_ms = NULL,"
                  " retry_at_ms = NULL, updated_ms = ?"
                  " WHERE job_seq = ? AND kind = 'results' AND state IN ('waiting', 'dead')")
      .bind(reason, unixTimeMs(), seq)
      .run();
  return connection.changedRows() > 0;
}

DeliveryQueue::DeliveryQueue(JobStore& store, int maxAttempts)
    : store_(store), maxAttempts_(maxAttempts) {}

std::optional<Delivery> DeliveryQueue::next(DeliveryKind kind, const std::string& destination) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement row(impl.connection,
                      std::string(deliveryColumns) +
                          "WHERE d.kind = ? AND d.destination = ? AND d.state = 'waiting'"
                          " AND (d.due_ms IS NULL OR d.due_ms <= ?) ORDER BY d.seq LIMIT 1");
  row.bind(deliveryKindName(kind), destination, impl.now());
  return row.step() ? std::optional(deliveryOf(row)) : std::nullopt;
}

bool DeliveryQueue::isWaiting(std::int64_t id) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement row(impl.connection,
                      "SELECT 1 FROM deliveries WHERE seq = ? AND state = 'waiting'");
  return row.bind(id).step();
}

std::vector<std::string> DeliveryQueue::unsentObjects(std::int64_t id) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement rows(impl.connection,
                       "SELECT sop_uid FROM delivery_objects WHERE delivery_seq = ? AND sent = 0"
                       " ORDER BY position");
  rows.bind(id);
  std::vector<std::string> uids;
  while (rows.step()) uids.push_back(rows.bytes(0));
  return uids;
}

void DeliveryQueue::noteSent(std::int64_t id, const std::string& SOPInstanceUID) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement(impl.connection,
                  "UPDATE delivery_objects SET sent = 1 WHERE delivery_seq = ? AND sop_uid = ?")
      .bind(id, SOPInstanceUID)
      .run();
}

void DeliveryQueue::finish(std::int64_t id) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  end(impl.connection, id, DeliveryState::sent, "");
}

void DeliveryQueue::cancel(std::int64_t id, const std::string& reason) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  end(impl.connection, id, DeliveryState::cancelled, reason);
}

DeliveryState DeliveryQueue::fail(std::int64_t id, const std::string& reason) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  SqliteStatement row(impl.connection, "SELECT state, attempts FROM deliveries WHERE seq = ?");
  if (!row.bind(id).step()) return DeliveryState::cancelled;
  const DeliveryState before = stateFromName(row.bytes(0));
  const std::int64_t failures = row.integer(1) + 1;
  if (before != DeliveryState::waiting) return before;
  const bool isLast = failures >= maxAttempts_;
  const std::int64_t wait = impl.backOff(failures);
  SqliteStatement(impl.connection,
                  "UPDATE deliveries SET attempts = ?, reason = ?, due_ms = ?, retry_at_ms = ?,"
                  " updated_ms = ? WHERE seq = ?")
      .bind(failures, reason, impl.now() + wait, unixTimeMs() + wait, unixTimeMs(), id)
      .run();
  if (isLast) end(impl.connection, id, DeliveryState::dead, reason);
  transaction.commit();
  return isLast ? DeliveryState::dead : DeliveryState::waiting;
}

void DeliveryQueue::setNoticeTargets(const std::vector<NoticeTarget>& targets) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  impl.connection.execute("DELETE FROM notice_targets");
  for (const NoticeTarget& target : targets) {
    for (const JobState event : target.events) {
      SqliteStatement(impl.connection,
                      "INSERT OR IGNORE INTO notice_targets (name, event) VALUES (?, ?)")
          .bind(target.name, jobStateName(event))
          .run();
    }
  }
  transaction.commit();
}

int DeliveryQueue::giveUpOthers(DeliveryKind kind, const std::vector<std::string>& configured) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  std::vector<std::int64_t> others;
  SqliteStatement rows(
      impl.connection,
      "SELECT seq, destination FROM deliveries WHERE kind = ? AND state = 'waiting'");
  rows.bind(deliveryKindName(kind));
  while (rows.step()) {
    if (!isIn(rows.bytes(1), configured)) others.push_back(rows.integer(0));
  }
  for (const std::int64_t id : others) {
    end(impl.connection, id, DeliveryState::dead,
        "the configuration does not have its destination any more");
  }
  if (!others.empty()) transaction.commit();
  return static_cast<int>(others.size());
}

std::vector<Delivery> DeliveryQueue::ofJob(const std::string& jobId) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement rows(impl.connection,
                       std::string(deliveryColumns) + "WHERE j.id = ? ORDER BY d.seq");
  rows.bind(jobId);
  std::vector<Delivery> deliveries;
  while (rows.step()) deliveries.push_back(deliveryOf(rows));
  return deliveries;
}

std::vector<Delivery> DeliveryQueue::list(const Filter& filter) {
  ListConditions conditions;
  conditions.add("d.state = ?", filter.state ? deliveryStateName(*filter.state) : "");
  conditions.add("d.destination = ?", filter.destination);
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement rows(impl.connection,
                       std::string(deliveryColumns) + conditions.newestFirst("d.seq"));
  conditions.bind(rows, filter.limit, filter.offset);
  std::vector<Delivery> deliveries;
  while (rows.step()) deliveries.push_back(deliveryOf(rows));
  return deliveries;
}

int DeliveryQueue::retry(const std::string& destination, const std::vector<std::string>& configured,
                         const Actor& by) {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteTransaction transaction(impl.connection);
  int queued = 0;
  for (const std::string& name : configured) {
    if (!destination.empty() && name != destination) continue;
    const int again = queueAgain(impl.connection, name);
    queued += again;
    if (again == 0) continue;
    impl.audit(by,
               {"deliveries", "retry", name, "", R"({"queued":)" + std::to_string(again) + "}"});
  }
  transaction.commit();
  return queued;
}

std::vector<DeliveryQueue::Depth> DeliveryQueue::depths() {
  JobStore::Impl& impl = *store_.impl_;
  const std::lock_guard guard(impl.mutex);
  SqliteStatement rows(impl.connection,
                       "SELECT kind, destination, state, number,"
                       " (SELECT created_ms FROM deliveries WHERE seq = first) FROM"
                       " (SELECT kind, destination, state, count(*) AS number, min(seq) AS first"
                       " FROM deliveries GROUP BY kind, destination, state)"
                       " ORDER BY kind, destination, state");
  std::vector<Depth> depths;
  while (rows.step()) {
    depths.push_back({kindFromName(rows.bytes(0)), rows.bytes(1), stateFromName(rows.bytes(2)),
                      rows.integer(3), rows.integer(4)});
  }
  return depths;
}

}  // namespace cmr
