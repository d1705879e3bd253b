// The outbox half of the job store: results enter it in the transaction that leaves `leased`.
#include <map>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "dicom_sr/object_kinds.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

constexpr std::size_t shownHash = 12;

ObjectKind kindFromName(const std::string& name) {
  for (const ObjectKindNames& names : objectKinds) {
    if (names.name == name) return names.kind;
  }
  throw ResourceError("the job store holds an unknown kind of object: " + name);
}

// Notes are for the log: one a line.
std::string joinedLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) joined += line + '\n';
  return joined;
}

std::vector<std::string> splitLines(const std::string& joined) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < joined.size();) {
    const std::size_t end = joined.find('\n', start);
    lines.push_back(joined.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

// SHA-256 of each object's bytes, in order. Throws InputError for an object without UID.
std::vector<std::string> hashes(const std::vector<ProducedObject>& objects) {
  std::vector<std::string> result;
  for (const ProducedObject& object : objects) {
    if (object.SOPInstanceUID.empty()) throw InputError("a result object has no SOPInstanceUID");
    result.push_back(sha256Hex(object.bytes));
  }
  return result;
}

// Why this set must not be stored; empty when it may.
std::string conflict(SqliteConnection& connection, const std::vector<ProducedObject>& objects,
                     const std::vector<std::string>& hash) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string& uid = objects[i].SOPInstanceUID;
    if (!seen.emplace(uid, i).second) return "two objects of the result have the UID " + uid;
    SqliteStatement known(connection, "SELECT sha256 FROM objects WHERE sop_uid = ?");
    if (!known.bind(uid).step()) continue;
    const std::string before = known.bytes(0);
    if (before == hash[i]) continue;
    return "the result's object " + uid + " was written before with other bytes (SHA-256 " +
           before.substr(0, shownHash) + " then, " + hash[i].substr(0, shownHash) +
           " now): one UID must not stand for two files, so nothing of this result is stored";
  }
  return {};
}

void addObject(SqliteConnection& connection, std::int64_t seq, std::size_t position,
               const ProducedObject& object, const std::string& hash) {
  SqliteStatement(connection,
                  "INSERT INTO objects (sop_uid, sha256, kind, class_uid, series_uid, notes, bytes)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?)"
                  " ON CONFLICT (sop_uid) DO UPDATE SET bytes = excluded.bytes")
      .bind(object.SOPInstanceUID, hash, std::string(namesOf(object.kind).name), object.SOPClassUID,
            object.SeriesInstanceUID, joinedLines(object.notes),
            SqliteStatement::Blob{object.bytes})
      .run();
  SqliteStatement(connection, "INSERT INTO outbox (job_seq, position, sop_uid) VALUES (?, ?, ?)")
      .bind(seq, static_cast<std::int64_t>(position), object.SOPInstanceUID)
      .run();
}

void addObjectsOf(SqliteConnection& connection, std::int64_t seq, const std::string& jobId,
                  std::vector<OutboxObject>& objects) {
  SqliteStatement row(connection,
                      "SELECT position, kind, class_uid, sop_uid, series_uid, bytes, notes"
                      " FROM outbox JOIN objects USING (sop_uid)"
                      " WHERE job_seq = ? AND stored = 0 ORDER BY position");
  row.bind(seq);
  while (row.step()) {
    OutboxObject entry;
    entry.jobId = jobId;
    entry.position = static_cast<int>(row.integer(0));
    entry.object = {
        kindFromName(row.bytes(1)), row.bytes(2), row.bytes(3), row.bytes(4), row.bytes(5),
        splitLines(row.bytes(6))};
    objects.push_back(std::move(entry));
  }
}

}  // namespace

JobStore::Finished JobStore::finishAnalysed(const Lease& lease,
                                            const std::vector<ProducedObject>& objects,
                                            const std::string& resultsJson) {
  const std::vector<std::string> hash = hashes(objects);
  const std::lock_guard guard(impl_->mutex);
  SqliteConnection& connection = impl_->connection;
  SqliteTransaction transaction(connection);
  const auto seq = impl_->held(lease);
  if (!seq) return Finished::lost;
  const std::string refusal = conflict(connection, objects, hash);
  if (!refusal.empty()) {
    impl_->leave(*seq, JobState::dead, refusal, failureCauseName(FailureCause::conflict));
  } else {
    impl_->leave(*seq, objects.empty() ? JobState::done : JobState::storing, "");
    for (std::size_t i = 0; i < objects.size(); ++i) {
      addObject(connection, *seq, i, objects[i], hash[i]);
    }
    SqliteStatement(connection,
                    "UPDATE jobs SET results = ?, progress = 1,"
                    " produced = max(produced, ?) WHERE seq = ?")
        .bind(resultsJson, objects.empty() ? 0 : 1, *seq)
        .run();
    if (!objects.empty()) impl_->cancelOutrun(*seq, lease.job.id);
  }
  transaction.commit();
  return refusal.empty() ? Finished::accepted : Finished::conflict;
}

std::vector<OutboxObject> JobStore::pendingObjects(std::size_t maxJobs, std::uint64_t bytes) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement jobs(impl_->connection,
                       "SELECT seq, id FROM jobs WHERE state = 'storing'"
                       " AND (due_ms IS NULL OR due_ms <= ?) ORDER BY seq LIMIT ?");
  jobs.bind(impl_->now(), static_cast<std::int64_t>(maxJobs));
  std::vector<OutboxObject> objects;
  std::uint64_t held = 0;
  while (held < bytes && jobs.step()) {
    const std::size_t before = objects.size();
    addObjectsOf(impl_->connection, jobs.integer(0), jobs.bytes(1), objects);
    for (std::size_t i = before; i < objects.size(); ++i) held += objects[i].object.bytes.size();
  }
  return objects;
}

void JobStore::markStored(const std::string& jobId, int position) {
  OutboxObject object;
  {
    const std::lock_guard guard(impl_->mutex);
    SqliteStatement row(impl_->connection,
                        "SELECT sop_uid FROM outbox JOIN jobs ON seq = job_seq"
                        " WHERE id = ? AND position = ?");
    if (!row.bind(jobId, position).step()) return;
    object.object.SOPInstanceUID = row.bytes(0);
  }
  object.jobId = jobId;
  object.position = position;
  markStored(object);
}

void JobStore::markStored(const OutboxObject& object) {
  const std::lock_guard guard(impl_->mutex);
  SqliteConnection& connection = impl_->connection;
  SqliteTransaction transaction(connection);
  const auto seq = impl_->find(object.jobId);
  if (!seq) return;
  const std::string& uid = object.object.SOPInstanceUID;
  SqliteStatement(connection,
                  "UPDATE outbox SET stored = 1 WHERE job_seq = ? AND position = ? AND sop_uid = ?")
      .bind(*seq, object.position, uid)
      .run();
  if (connection.changedRows() == 0) return;
  impl_->forgetBytes(uid);
  SqliteStatement left(connection, "SELECT 1 FROM outbox WHERE job_seq = ? AND stored = 0");
  if (!left.bind(*seq).step() && impl_->state(*seq) == JobState::storing) {
    impl_->leave(*seq, JobState::done, "");
  }
  transaction.commit();
}

void JobStore::deferStoring(const std::string& jobId, const std::string& reason) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  SqliteStatement row(impl_->connection,
                      "UPDATE jobs SET storing_attempts = storing_attempts + 1"
                      " WHERE id = ? AND state = 'storing' RETURNING seq, storing_attempts");
  if (!row.bind(jobId).step()) return;
  const std::int64_t seq = row.integer(0);
  const std::int64_t wait = impl_->backOff(row.integer(1));
  row.run();
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET reason = ?, due_ms = ?, retry_at_ms = ?, updated_ms = ?"
                  " WHERE seq = ?")
      .bind(reason, impl_->now() + wait, unixTimeMs() + wait, unixTimeMs(), seq)
      .run();
  transaction.commit();
}

bool JobStore::isOwnObject(const std::string& SOPInstanceUID) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement known(impl_->connection, "SELECT 1 FROM objects WHERE sop_uid = ?");
  return known.bind(SOPInstanceUID).step();
}

}  // namespace cmr
