// What people ask of the job store: cancel, retry, look.
#include "analysis/errors.h"
#include "plugin/job_store_impl.h"
#include "plugin/list_conditions.h"

namespace cmr {
namespace {

bool isFinal(JobState state) {
  switch (state) {
    case JobState::done:
    case JobState::notAnalysable:
    case JobState::dead:
    case JobState::cancelled:
      return true;
    case JobState::queued:
    case JobState::leased:
    case JobState::storing:
    case JobState::retry:
      return false;
  }
  return true;
}

const std::string seriesOfLostJobs = R"sql(
SELECT DISTINCT i.value FROM jobs j
  JOIN job_items i ON i.job_seq = j.seq AND i.kind = 'orthancSeries'
WHERE j.state = 'cancelled' AND j.source_gone = 1 AND j.scope = 'series'
  AND NOT EXISTS (SELECT 1 FROM job_items l JOIN jobs later ON later.seq = l.job_seq
                  WHERE l.kind = 'orthancSeries' AND l.value = i.value AND l.job_seq > j.seq
                    AND later.scope = 'series')
)sql";
const std::string besideThisSeries = R"sql(
  AND j.seq IN (SELECT job_seq FROM job_items WHERE kind = 'orthancSeries' AND value = ?)
)sql";

}  // namespace

std::string stateJson(JobState state) { return R"({"state":")" + jobStateName(state) + "\"}"; }

// What took the place of its earlier set says nothing about the one that is made now: until it is
// whole its parts are cared for like those of any other.
void JobStore::Impl::queueAgain(std::int64_t seq) {
  dropOutbox(seq);
  leave(seq, JobState::queued, "");
  SqliteStatement(connection,
                  "UPDATE jobs SET attempts = 0, storing_attempts = 0, progress = 0, results = '',"
                  " superseded_by = ''"
                  " WHERE seq = ?")
      .bind(seq)
      .run();
}

// The numbers of a set that will never be whole are nobody's results.
void JobStore::Impl::cancelJob(std::int64_t seq, const std::string& reason, bool mayComeBack) {
  dropOutbox(seq);
  leave(seq, JobState::cancelled, reason);
  SqliteStatement(connection, "UPDATE jobs SET results = '', source_gone = ? WHERE seq = ?")
      .bind(mayComeBack ? 1 : 0, seq)
      .run();
}

void JobStore::cancel(const std::string& jobId, const std::string& reason, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const std::int64_t seq = impl_->require(jobId);
  const JobState state = impl_->state(seq);
  if (state == JobState::done && impl_->cancelDeliveries(seq, reason)) {
    impl_->audit(by, {"job", "cancel", jobId, stateJson(state),
                      R"({"state":"done","deliveries":"cancelled"})"});
    transaction.commit();
    return;
  }
  if (isFinal(state)) {
    throw InputError("job " + jobId + " is " + jobStateName(state) + " and cannot be cancelled");
  }
  impl_->cancelJob(seq, reason, false);
  impl_->audit(by, {"job", "cancel", jobId, stateJson(state), stateJson(JobState::cancelled)});
  transaction.commit();
}

void JobStore::retry(const std::string& jobId, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const std::int64_t seq = impl_->require(jobId);
  const JobState state = impl_->state(seq);
  if (!isFinal(state) && state != JobState::retry) {
    throw InputError("job " + jobId + " is " + jobStateName(state) + " already");
  }
  impl_->queueAgain(seq);
  impl_->audit(by, {"job", "retry", jobId, stateJson(state), stateJson(JobState::queued)});
  transaction.commit();
}

int JobStore::cancelForResource(const std::string& orthancId, const std::string& reason) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  SqliteStatement rows(
      impl_->connection,
      "SELECT seq FROM jobs WHERE state IN ('queued', 'leased', 'storing', 'retry')"
      " AND (orthanc_study = ?1 OR seq IN (SELECT job_seq FROM job_items"
      " WHERE kind = 'orthancSeries' AND value = ?1))");
  rows.bind(orthancId);
  std::vector<std::int64_t> open;
  while (rows.step()) open.push_back(rows.integer(0));
  for (const std::int64_t seq : open) impl_->cancelJob(seq, reason, true);
  // A report must not speak of images that are gone.
  SqliteStatement(impl_->connection,
                  "INSERT INTO studies_to_report (orthanc_study)"
                  " SELECT DISTINCT orthanc_study FROM jobs JOIN job_items ON job_seq = seq"
                  " WHERE kind = 'orthancSeries' AND value = ? AND scope = 'series'"
                  " AND state = 'done'"
                  " ON CONFLICT (orthanc_study) DO UPDATE SET version = version + 1")
      .bind(orthancId)
      .run();
  if (!open.empty() || impl_->connection.changedRows() > 0) transaction.commit();
  return static_cast<int>(open.size());
}

std::vector<std::string> JobStore::seriesWithoutJob(const std::string& besideSeriesId) {
  const std::lock_guard guard(impl_->mutex);
  const bool ofAll = besideSeriesId.empty();
  SqliteStatement rows(impl_->connection,
                       seriesOfLostJobs + (ofAll ? std::string() : besideThisSeries));
  if (!ofAll) rows.bind(besideSeriesId);
  std::vector<std::string> ids;
  while (rows.step()) ids.push_back(rows.bytes(0));
  return ids;
}

std::optional<JobRecord> JobStore::job(const std::string& jobId, bool withResults) {
  const std::lock_guard guard(impl_->mutex);
  const auto seq = impl_->find(jobId);
  if (!seq) return std::nullopt;
  return impl_->record(*seq, withResults);
}

std::vector<JobRecord> JobStore::list(const ListFilter& filter) {
  ListConditions conditions;
  conditions.add("state = ?", filter.state ? jobStateName(*filter.state) : std::string());
  conditions.add(
      "seq IN (SELECT job_seq FROM job_items WHERE kind = 'orthancSeries' AND value = ?)",
      filter.orthancSeriesId);
  conditions.add("cause <> '' AND cause = ?", filter.cause);  // the first part as its index says
  conditions.add("orthanc_study = ?", filter.orthancStudyId);
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection, "SELECT seq FROM jobs" + conditions.newestFirst("seq"));
  conditions.bind(rows, filter.limit, filter.offset);
  std::vector<JobRecord> jobs;
  while (rows.step()) jobs.push_back(impl_->record(rows.integer(0), filter.withResults));
  return jobs;
}

std::vector<JobStore::StateCount> JobStore::counts() {
  const std::lock_guard guard(impl_->mutex);
  std::vector<StateCount> counts;
  for (const JobState state : allJobStates) {
    SqliteStatement row(impl_->connection, "SELECT count(*) FROM jobs WHERE state = ?");
    row.bind(jobStateName(state)).step();
    counts.push_back({state, row.integer(0)});
  }
  return counts;
}

}  // namespace cmr
