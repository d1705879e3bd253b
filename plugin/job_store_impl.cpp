#include "plugin/job_store_impl.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "analysis/errors.h"
#include "plugin/job_schema.h"

namespace cmr {
namespace {

constexpr int busyTimeoutMs = 10000;

MonotonicMs steadyMs() {
  return [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
}

constexpr const char* bootMark = "boot";

// random(4): a new one for each boot.
std::string bootId(const JobStoreSettings& settings) {
  if (!settings.bootId.empty()) return settings.bootId;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id.empty() ? "unknown " + std::to_string(unixTimeMs()) : id;
}

std::string databaseFile(const std::string& path) {
  makePrivateFile(path);
  return path;
}

}  // namespace

std::int64_t unixTimeMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

JobStore::Impl::Impl(JobStoreSettings given, MonotonicMs givenClock)
    : settings(std::move(given)),
      clock(givenClock ? std::move(givenClock) : steadyMs()),
      lock(settings.path + ".lock"),
      connection(databaseFile(settings.path), settings.vfs) {
  configure();
  migrate(connection, jobMigrations());
  voidOldLeases();
}

void JobStore::Impl::configure() {
  connection.execute(("PRAGMA busy_timeout = " + std::to_string(busyTimeoutMs)).c_str());
  connection.execute("PRAGMA trusted_schema = OFF");
  if (connection.text("PRAGMA journal_mode = WAL") != "wal") {
    throw ResourceError("job store " + settings.path +
                        ": its file system has no shared memory for SQLite's write-ahead log; give "
                        "a folder on a local disk");
  }
  connection.execute("PRAGMA synchronous = FULL");
  connection.execute("PRAGMA foreign_keys = ON");
  connection.execute("PRAGMA journal_size_limit = 67108864");  // after a set of hundreds of MiB
  if (settings.largestPages > 0) {
    const std::string pages = std::to_string(settings.largestPages);
    connection.execute(("PRAGMA max_page_count = " + pages).c_str());
  }
}

bool JobStore::Impl::isOfThisBoot() { return mark(bootMark) == bootId(settings); }

// Leases of an earlier process are nobody's, and after another boot its clock means nothing.
void JobStore::Impl::voidOldLeases() {
  SqliteTransaction transaction(connection);
  SqliteStatement(connection,
                  "UPDATE jobs SET state = CASE WHEN attempts >= ?1 THEN 'dead' ELSE 'queued' END,"
                  " reason = CASE WHEN attempts >= ?1 THEN"
                  " 'the service ended during the last attempt'"
                  " ELSE 'the service ended during an attempt' END,"
                  " cause = ?3, token = NULL, lease_until_ms = NULL, stage = '', progress = 0,"
                  " updated_ms = ?2 WHERE state = 'leased'")
      .bind(settings.maxAttempts, unixTimeMs(), failureCauseName(FailureCause::leaseExpired))
      .run();
  // The steady clock goes on over processes, but not over boots.
  const std::int64_t wait =
      isOfThisBoot() ? settings.largestBackOff.count() : settings.firstBackOff.count();
  const char* latest =
      "UPDATE jobs SET due_ms = ?1, retry_at_ms = ?2"
      " WHERE state = 'retry' AND (?3 = 0 OR due_ms > ?1)";
  SqliteStatement(connection, latest)
      .bind(now() + wait, unixTimeMs() + wait, isOfThisBoot() ? 1 : 0)
      .run();
  setMark(bootMark, bootId(settings));
  connection.execute("UPDATE jobs SET due_ms = NULL, retry_at_ms = NULL WHERE state = 'storing'");
  connection.execute(
      "UPDATE deliveries SET due_ms = NULL, retry_at_ms = NULL WHERE state = 'waiting'");
  transaction.commit();
}

std::int64_t JobStore::Impl::backOff(std::int64_t failures) {
  const std::int64_t largest = settings.largestBackOff.count();
  std::int64_t wait = settings.firstBackOff.count();
  for (std::int64_t i = 1; i < failures && wait < largest; ++i) wait *= 2;
  wait = std::min(wait, largest);
  return std::uniform_int_distribution<std::int64_t>(wait - wait / 2, wait)(random);
}

std::vector<std::string> JobStore::Impl::items(std::int64_t seq, const char* kind) {
  SqliteStatement statement(
      connection, "SELECT value FROM job_items WHERE job_seq = ? AND kind = ? ORDER BY position");
  statement.bind(seq, kind);
  std::vector<std::string> values;
  while (statement.step()) values.push_back(statement.bytes(0));
  return values;
}

JobRecord JobStore::Impl::record(std::int64_t seq, bool withResults) {
  SqliteStatement row(
      connection,
      "SELECT id, key, study_uid, orthanc_study, content, package, rule, priority,"
      " state, attempts, progress, stage, reason, date_time, iif(?2, results, ''), created_ms,"
      " updated_ms, retry_at_ms, superseded_by, cause, since_ms, scope,"
      " results <> '' AND state IN ('done', 'notAnalysable')"
      " FROM jobs WHERE seq = ?1");
  if (!row.bind(seq, withResults ? 1 : 0).step()) throw InputError("there is no such job");
  JobRecord job;
  job.id = row.bytes(0);
  JobSubmission& submission = job.submission;
  submission.key = row.bytes(1);
  submission.StudyInstanceUID = row.bytes(2);
  submission.orthancStudyId = row.bytes(3);
  submission.contentFingerprint = row.bytes(4);
  submission.packageSha256 = row.bytes(5);
  submission.rule = row.bytes(6);
  submission.priority = static_cast<int>(row.integer(7));
  submission.orthancSeriesIds = items(seq, "orthancSeries");
  submission.SeriesInstanceUIDs = items(seq, "series");
  submission.tasks = items(seq, "task");
  submission.outputs = outputsOf(connection, seq);
  submission.destinations = destinationsOf(connection, seq);
  job.state = jobStateFromName(row.bytes(8));
  job.attempts = static_cast<int>(row.integer(9));
  job.progress = row.real(10);
  job.stage = row.bytes(11);
  job.reason = row.bytes(12);
  job.dateTime = row.bytes(13);
  job.resultsJson = row.bytes(14);
  job.createdMs = row.integer(15);
  job.updatedMs = row.integer(16);
  if (!row.isNull(17)) job.retryAtMs = row.integer(17);
  job.supersededBy = row.bytes(18);
  job.cause = row.bytes(19);
  job.sinceMs = row.integer(20);
  job.hasResults = row.integer(22) != 0;
  submission.scope =
      row.bytes(21) == jobScopeName(JobScope::study) ? JobScope::study : JobScope::series;
  return job;
}

std::optional<std::int64_t> JobStore::Impl::find(const std::string& jobId) {
  SqliteStatement statement(connection, "SELECT seq FROM jobs WHERE id = ?");
  if (!statement.bind(jobId).step()) return std::nullopt;
  return statement.integer(0);
}

std::int64_t JobStore::Impl::require(const std::string& jobId) {
  const auto seq = find(jobId);
  if (!seq) throw InputError("there is no job " + jobId);
  return *seq;
}

JobState JobStore::Impl::state(std::int64_t seq) {
  SqliteStatement statement(connection, "SELECT state FROM jobs WHERE seq = ?");
  statement.bind(seq).step();
  return jobStateFromName(statement.bytes(0));
}

std::optional<std::int64_t> JobStore::Impl::held(const Lease& lease) {
  SqliteStatement statement(connection,
                            "SELECT seq FROM jobs WHERE id = ? AND state = 'leased' AND token = ?"
                            " AND lease_until_ms > ?");
  if (!statement.bind(lease.job.id, lease.token, now()).step()) return std::nullopt;
  return statement.integer(0);
}

void JobStore::Impl::leave(std::int64_t seq, JobState state, const std::string& reason,
                           const std::string& cause) {
  SqliteStatement(connection,
                  "UPDATE jobs SET state = ?, reason = ?, cause = ?, token = NULL,"
                  " lease_until_ms = NULL, due_ms = NULL, retry_at_ms = NULL, stage = '', "
                  "source_gone = 0, updated_ms = ?"
                  " WHERE seq = ?")
      .bind(jobStateName(state), reason, cause, unixTimeMs(), seq)
      .run();
}

std::string JobStore::Impl::mark(const char* name) {
  SqliteStatement row(connection, "SELECT value FROM marks WHERE name = ?");
  return row.bind(name).step() ? row.bytes(0) : std::string();
}

void JobStore::Impl::setMark(const char* name, const std::string& value) {
  SqliteStatement(connection,
                  "INSERT INTO marks (name, value) VALUES (?, ?)"
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .bind(name, value)
      .run();
}

void JobStore::Impl::failAttempt(std::int64_t seq, const std::string& reason, FailureCause cause) {
  SqliteStatement attempts(connection, "SELECT attempts FROM jobs WHERE seq = ?");
  attempts.bind(seq).step();
  const std::int64_t made = attempts.integer(0);
  if (made >= settings.maxAttempts) {
    return leave(seq, JobState::dead, reason, failureCauseName(cause));
  }
  const std::int64_t wait = backOff(made);
  SqliteStatement(connection,
                  "UPDATE jobs SET state = 'retry', reason = ?, cause = ?, token = NULL,"
                  " lease_until_ms = NULL, due_ms = ?, retry_at_ms = ?, stage = '', progress = 0,"
                  " updated_ms = ? WHERE seq = ?")
      .bind(reason, failureCauseName(cause), now() + wait, unixTimeMs() + wait, unixTimeMs(), seq)
      .run();
}

void JobStore::Impl::forgetBytes(const std::string& SOPInstanceUID) {
  SqliteStatement(connection,
                  "UPDATE objects SET bytes = NULL WHERE sop_uid = ?1 AND NOT EXISTS"
                  " (SELECT 1 FROM outbox WHERE sop_uid = ?1 AND stored = 0)")
      .bind(SOPInstanceUID)
      .run();
}

void JobStore::Impl::dropOutbox(std::int64_t seq) {
  // Whatever of a set that was being stored may have reached the archive: a crash between storing
  // and noting it is possible. A superseded set is no longer ours to care for.
  SqliteStatement(connection,
                  "INSERT OR IGNORE INTO earlier_objects (job_seq, sop_uid, complete)"
                  " SELECT job_seq, sop_uid, state = 'done' FROM outbox JOIN jobs ON seq = job_seq"
                  " WHERE job_seq = ? AND superseded_by = ''")
      .bind(seq)
      .run();
  std::vector<std::string> uids;
  SqliteStatement rows(connection, "SELECT sop_uid FROM outbox WHERE job_seq = ?");
  rows.bind(seq);
  while (rows.step()) uids.push_back(rows.bytes(0));
  SqliteStatement(connection, "DELETE FROM outbox WHERE job_seq = ?").bind(seq).run();
  for (const std::string& uid : uids) forgetBytes(uid);
}

}  // namespace cmr
