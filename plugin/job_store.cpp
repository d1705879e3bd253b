#include "plugin/job_store.h"

#include <algorithm>
#include <utility>

#include "analysis/errors.h"
#include "analysis/sha256.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

constexpr std::size_t idLength = 32;  // hexadecimal digits

// Keeps a study's jobs one at a time, whoever takes them, and in their order: while one is leased
// none other is taken, and while one over images waits for its next attempt none that came later.
const std::string studyIsFree = R"sql(
        AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.orthanc_study = j.orthanc_study
                          AND other.state IN ('leased', 'retry') AND other.seq <> ?6
                          AND (other.state = 'leased'
                               OR (other.seq < j.seq AND other.scope = 'series')))
)sql";

// The job that is next. ?4 now, ?5 newest job, ?6 a job that is left out of account, ?7 packages
// whose jobs wait, a list as JSON. The two lists are asked one by one, as each then comes out of
// the index in its order.
const std::string nextJob = R"sql(
  SELECT seq FROM (
    SELECT * FROM (
      SELECT seq, priority FROM jobs j INDEXED BY jobs_by_state WHERE state = 'queued' AND seq <= ?5
        AND package NOT IN (SELECT value FROM json_each(?7))
)sql" + studyIsFree + R"sql(
      ORDER BY priority DESC, seq LIMIT 1)
    UNION ALL
    SELECT * FROM (
      SELECT seq, priority FROM jobs j INDEXED BY jobs_by_state
      WHERE state = 'retry' AND due_ms <= ?4 AND seq <= ?5
        AND package NOT IN (SELECT value FROM json_each(?7))
)sql" + studyIsFree + R"sql(
      ORDER BY priority DESC, seq LIMIT 1))
  ORDER BY priority DESC, seq LIMIT 1
)sql";

// ?1 end of the lease, ?2 date and time of a first claim, ?3 now for people.
const std::string claimNextJob = R"sql(
UPDATE jobs SET state = 'leased', token = lower(hex(randomblob(16))), lease_until_ms = ?1,
  attempts = attempts + 1, progress = 0, stage = '', due_ms = NULL, retry_at_ms = NULL,
  date_time = CASE WHEN date_time <> '' THEN date_time ELSE coalesce(
    (SELECT first.date_time FROM jobs first
     WHERE first.content = jobs.content AND first.package = jobs.package
       AND first.study_uid = jobs.study_uid AND first.date_time <> ''
     ORDER BY first.seq LIMIT 1), ?2) END,
  updated_ms = ?3
WHERE seq = ()sql" + nextJob + R"sql()
RETURNING seq, token
)sql";

// Of hashes: nothing in them needs to be escaped, and what does is no hash.
std::string jsonList(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    if (text.find_first_of("\"\\") != std::string::npos) continue;
    list += (list.empty() ? "\"" : ", \"") + text + "\"";
  }
  return "[" + list + "]";
}

void addItems(SqliteConnection& connection, std::int64_t seq, const char* kind,
              const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    SqliteStatement(connection,
                    "INSERT INTO job_items (job_seq, kind, position, value) VALUES (?, ?, ?, ?)")
        .bind(seq, kind, static_cast<std::int64_t>(i), values[i])
        .run();
  }
}

std::int64_t insertJob(SqliteConnection& connection, const std::string& id,
                       const JobSubmission& job) {
  const std::int64_t now = unixTimeMs();
  SqliteStatement row(connection,
                      "INSERT INTO jobs (id, key, study_uid, orthanc_study, content, package, rule,"
                      " priority, state, created_ms, updated_ms, scope)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?) RETURNING seq");
  row.bind(id, job.key, job.StudyInstanceUID, job.orthancStudyId, job.contentFingerprint,
           job.packageSha256, job.rule, job.priority, now, now, jobScopeName(job.scope));
  row.step();
  const std::int64_t seq = row.integer(0);
  row.run();
  addItems(connection, seq, "orthancSeries", job.orthancSeriesIds);
  addItems(connection, seq, "series", job.SeriesInstanceUIDs);
  addItems(connection, seq, "task", job.tasks);
  recordDecision(connection, seq, job);
  recordStudyDocument(connection, seq, job);
  recordDestinations(connection, seq, job);
  return seq;
}

// Within [0, 1]; a progress that is not a number counts as none.
double shownProgress(double progress) { return progress > 0 ? std::min(progress, 1.0) : 0.0; }

JobSubmission normalized(JobSubmission submission) {
  if (submission.SeriesInstanceUIDs.empty()) throw InputError("a job needs at least one series");
  std::sort(submission.orthancSeriesIds.begin(), submission.orthancSeriesIds.end());
  std::sort(submission.SeriesInstanceUIDs.begin(), submission.SeriesInstanceUIDs.end());
  if (submission.key.empty()) submission.key = jobKey(submission);
  return submission;
}

}  // namespace

JobStore::JobStore(JobStoreSettings settings, MonotonicMs clock)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(clock))) {}

JobStore::~JobStore() = default;

// A job whose source had disappeared before it was done and is back with the same content; or one
// whose results were superseded by later images, rules or package that are not those of now any
// more, while its results are all that the archive has of the series.
bool JobStore::Impl::resubmitted(std::int64_t seq, const JobSubmission& job) {
  SqliteStatement row(connection,
                      "SELECT 1 FROM jobs WHERE seq = ? AND ((state = 'cancelled' AND"
                      " source_gone = 1) OR (state = 'done' AND superseded_by <> '' AND"
                      " scope = 'series'))");
  if (!row.bind(seq).step()) return false;
  queueAgain(seq);
  SqliteStatement(connection, "UPDATE jobs SET priority = ? WHERE seq = ?")
      .bind(job.priority, seq)
      .run();
  return true;
}

std::pair<JobStore::Submitted, bool> JobStore::Impl::submit(const JobSubmission& job,
                                                            const Actor& by) {
  Submitted submitted;
  bool isChanged = false;
  SqliteStatement known(connection, "SELECT id, seq FROM jobs WHERE key = ?");
  if (known.bind(job.key).step()) {
    submitted.jobId = known.bytes(0);
    submitted.created = resubmitted(known.integer(1), job);
    isChanged = cancelCovered(known.integer(1), submitted.jobId);
  } else {
    submitted = {sha256Hex(job.key).substr(0, idLength), true};
    cancelCovered(insertJob(connection, submitted.jobId, job), submitted.jobId);
  }
  if (submitted.created) {
    audit(by, {"job", "analyze", submitted.jobId, "", stateJson(JobState::queued)});
  }
  isChanged = isChanged || submitted.created;
  for (const std::string& id : job.orthancSeriesIds) {
    SqliteStatement(connection, "DELETE FROM skipped WHERE orthanc_series = ?").bind(id).run();
    isChanged = isChanged || connection.changedRows() > 0;
  }
  return {submitted, isChanged};
}

JobStore::Submitted JobStore::submit(const JobSubmission& submission, const Actor& by) {
  return submitAll({submission}, by).front();
}

std::vector<JobStore::Submitted> JobStore::submitAll(const std::vector<JobSubmission>& submissions,
                                                     const Actor& by) {
  std::vector<JobSubmission> jobs;
  for (const JobSubmission& submission : submissions) jobs.push_back(normalized(submission));
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  std::vector<Submitted> submitted;
  bool isChanged = false;
  for (const JobSubmission& job : jobs) {
    auto [one, wrote] = impl_->submit(job, by);
    submitted.push_back(std::move(one));
    isChanged = isChanged || wrote;
  }
  if (isChanged) transaction.commit();
  return submitted;
}

std::optional<Lease> JobStore::claim(const std::string& dateTime,
                                     const std::vector<std::string>& waitingPackages) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const std::int64_t newest = impl_->newestToTake();
  if (newest < 0) return std::nullopt;
  SqliteStatement taken(impl_->connection, claimNextJob);
  const std::int64_t now = impl_->now();
  taken.bind(now + impl_->settings.lease.count(), dateTime, unixTimeMs(), now, newest, 0,
             jsonList(waitingPackages));
  if (!taken.step()) return std::nullopt;
  const std::int64_t seq = taken.integer(0);
  Lease lease;
  lease.token = taken.bytes(1);
  taken.run();
  lease.job = impl_->record(seq);
  transaction.commit();
  return lease;
}

bool JobStore::isAwaited(const std::vector<std::string>& packages) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT 1 FROM jobs WHERE state IN ('queued', 'retry')"
                      " AND package IN (SELECT value FROM json_each(?)) LIMIT 1");
  return row.bind(jsonList(packages)).step();
}

std::optional<JobRecord> JobStore::nextAfter(const Lease& running) {
  const std::lock_guard guard(impl_->mutex);
  const std::int64_t newest = impl_->newestToTake();
  const auto leftOut = impl_->find(running.job.id);
  if (newest < 0 || !leftOut) return std::nullopt;
  SqliteStatement next(impl_->connection, nextJob);
  constexpr int unused = 0;
  next.bind(unused, unused, unused, impl_->now(), newest, *leftOut, jsonList({}));
  if (!next.step()) return std::nullopt;
  return impl_->record(next.integer(0));
}

bool JobStore::heartbeat(const Lease& lease, double progress, const std::string& stage) {
  const std::lock_guard guard(impl_->mutex);
  const std::int64_t now = impl_->now();
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET lease_until_ms = ?, progress = ?, stage = ?, updated_ms = ?"
                  " WHERE id = ? AND state = 'leased' AND token = ? AND lease_until_ms > ?")
      .bind(now + impl_->settings.lease.count(), shownProgress(progress), stage, unixTimeMs(),
            lease.job.id, lease.token, now)
      .run();
  return impl_->connection.changedRows() > 0;
}

bool JobStore::finishNotAnalysable(const Lease& lease, const std::string& reason,
                                   const std::string& resultsJson) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto seq = impl_->held(lease);
  if (!seq) return false;
  impl_->leave(*seq, JobState::notAnalysable, reason);
  SqliteStatement(impl_->connection, "UPDATE jobs SET results = ? WHERE seq = ?")
      .bind(resultsJson, *seq)
      .run();
  transaction.commit();
  return true;
}

bool JobStore::finishFailed(const Lease& lease, const std::string& reason, FailureCause cause) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto seq = impl_->held(lease);
  if (!seq) return false;
  impl_->failAttempt(*seq, reason, cause);
  transaction.commit();
  return true;
}

bool JobStore::finishCancelled(const Lease& lease, const std::string& reason, bool mayComeBack) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto seq = impl_->held(lease);
  if (!seq) return false;
  impl_->cancelJob(*seq, reason, mayComeBack);
  transaction.commit();
  return true;
}

bool JobStore::release(const Lease& lease) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET state = 'queued', attempts = attempts - 1, token = NULL,"
                  " lease_until_ms = NULL, stage = '', progress = 0, updated_ms = ?"
                  " WHERE id = ? AND state = 'leased' AND token = ? AND lease_until_ms > ?")
      .bind(unixTimeMs(), lease.job.id, lease.token, impl_->now())
      .run();
  return impl_->connection.changedRows() > 0;
}

int JobStore::expireLeases() {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  std::vector<std::int64_t> expired;
  SqliteStatement rows(impl_->connection,
                       "SELECT seq FROM jobs WHERE state = 'leased' AND lease_until_ms <= ?");
  rows.bind(impl_->now());
  while (rows.step()) expired.push_back(rows.integer(0));
  for (const std::int64_t seq : expired) {
    impl_->failAttempt(seq, "the worker gave no sign of life until its lease ran out",
                       FailureCause::leaseExpired);
  }
  if (!expired.empty()) transaction.commit();
  return static_cast<int>(expired.size());
}

std::optional<std::int64_t> JobStore::lastChange() {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement query(impl_->connection, "SELECT value FROM counters WHERE name = 'lastChange'");
  if (!query.step()) return std::nullopt;
  return query.integer(0);
}

void JobStore::setLastChange(std::int64_t sequence) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "INSERT INTO counters (name, value) VALUES ('lastChange', ?)"
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .bind(sequence)
      .run();
}

}  // namespace cmr
