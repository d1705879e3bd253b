// Which jobs take the place of which, before they have results, while those are being stored, and
// in the archive: see JobStore::submit(), finishAnalysed() and outdatedResults().
#include <set>

#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

using Cause = JobStore::Outdated::Cause;

// Jobs with a set in the archive, over series that a job done later covers with a set of its own;
// of those over studies any that was done later over the same one. From the later ones, which are
// few: ?1 is where the last look ended, and the plus keeps SQLite from taking the index of states.
// The fourth column, here and below: the job's present set is outdated, too. One that is still
// being stored is not: it will be the later one.
constexpr const char* byLaterJob = R"sql(
SELECT old.seq, old.id, new.id, old.state = 'done' FROM jobs new CROSS JOIN jobs old
  ON new.orthanc_study = old.orthanc_study AND new.seq <> old.seq
     AND new.done_order > old.done_order AND +new.state = 'done' AND new.scope = old.scope
WHERE new.done_order > ?1 AND old.superseded_by = ''
  AND (old.state = 'done' OR EXISTS (SELECT 1 FROM earlier_objects WHERE job_seq = old.seq))
  AND EXISTS (SELECT 1 FROM outbox WHERE job_seq = new.seq)
  AND (old.scope = 'study' OR NOT EXISTS (
    SELECT 1 FROM job_items i WHERE i.job_seq = old.seq AND i.kind = 'orthancSeries'
      AND NOT EXISTS (SELECT 1 FROM job_items j WHERE j.job_seq = new.seq
                        AND j.kind = 'orthancSeries' AND j.value = i.value)))
GROUP BY old.seq ORDER BY old.seq
)sql";

constexpr const char* byLaterRun = R"sql(
SELECT seq, id, '', 0 FROM jobs
WHERE seq IN (SELECT job_seq FROM earlier_objects) AND state = 'done'
  AND EXISTS (SELECT 1 FROM outbox WHERE job_seq = seq)
ORDER BY seq
)sql";

constexpr const char* interruptedSets = R"sql(
SELECT seq, id, '', 0 FROM jobs
WHERE seq IN (SELECT job_seq FROM earlier_objects WHERE complete = 0)
  AND state NOT IN ('storing', 'done')
ORDER BY seq
)sql";

// Jobs over no other series than those of a job that is open or has a set, of the same study: those
// without results so far, or those (?2) whose sets are being stored.
constexpr const char* coveredJobs = R"sql(
SELECT old.seq FROM jobs old JOIN jobs new ON new.seq = ?1
  AND old.orthanc_study = new.orthanc_study AND old.seq <> new.seq AND old.scope = new.scope
WHERE (CASE ?2 WHEN 1 THEN old.state = 'storing'
               ELSE old.state IN ('queued', 'retry', 'leased') END)
  AND new.state IN ('queued', 'retry', 'leased', 'storing', 'done')
  AND EXISTS (SELECT 1 FROM job_items WHERE job_seq = old.seq AND kind = 'orthancSeries')
  AND (old.scope = 'study' OR NOT EXISTS (
    SELECT 1 FROM job_items i WHERE i.job_seq = old.seq AND i.kind = 'orthancSeries'
      AND NOT EXISTS (SELECT 1 FROM job_items j WHERE j.job_seq = new.seq
                        AND j.kind = 'orthancSeries' AND j.value = i.value)))
)sql";

std::vector<std::int64_t> coveredBy(SqliteConnection& connection, std::int64_t seq,
                                    bool areStored) {
  std::vector<std::int64_t> found;
  SqliteStatement rows(connection, coveredJobs);
  rows.bind(seq, areStored ? 1 : 0);
  while (rows.step()) found.push_back(rows.integer(0));
  return found;
}

// ?1: the job. ?2: its present set is outdated, too. ?3: only parts of sets are.
constexpr const char* objectsToRemove = R"sql(
SELECT sop_uid FROM (
  SELECT sop_uid FROM outbox WHERE job_seq = ?1 AND stored = 1 AND ?2 = 1
  UNION SELECT sop_uid FROM earlier_objects WHERE job_seq = ?1 AND (complete = 0 OR ?3 = 0)) gone
WHERE NOT EXISTS (
  SELECT 1 FROM outbox other JOIN jobs j ON j.seq = other.job_seq
  WHERE other.sop_uid = gone.sop_uid AND (j.seq <> ?1 OR ?2 = 0)
    AND j.state IN ('storing', 'done') AND j.superseded_by = '')
AND NOT (?3 = 1 AND EXISTS (
  SELECT 1 FROM earlier_objects kept WHERE kept.sop_uid = gone.sop_uid AND kept.complete = 1))
ORDER BY sop_uid
)sql";

void addOutdated(SqliteConnection& connection, Cause cause, SqliteStatement& jobs,
                 std::vector<JobStore::Outdated>& found, const std::set<std::string>& known = {}) {
  while (jobs.step()) {
    if (known.count(jobs.bytes(1)) != 0) continue;  // with all that is left of it
    JobStore::Outdated outdated{cause, jobs.bytes(1), jobs.bytes(2), {}};
    SqliteStatement objects(connection, objectsToRemove);
    objects.bind(jobs.integer(0), jobs.integer(3), cause == Cause::interrupted ? 1 : 0);
    while (objects.step()) outdated.SOPInstanceUIDs.push_back(objects.bytes(0));
    found.push_back(std::move(outdated));
  }
}

}  // namespace

// Their content is no longer in the archive, or will be analysed by this job. When it comes back
// it is work again, as that of any source that was gone.
bool JobStore::Impl::cancelCovered(std::int64_t seq, const std::string& jobId) {
  const auto covered = coveredBy(connection, seq, false);
  for (const std::int64_t old : covered) {
    cancelJob(old, "superseded by job " + jobId + " before it had results", true);
  }
  return !covered.empty();
}

// The archive may refuse a set for long. What of it has arrived goes as that of any cancelled job.
void JobStore::Impl::cancelOutrun(std::int64_t seq, const std::string& jobId) {
  for (const std::int64_t old : coveredBy(connection, seq, true)) {
    cancelJob(old, "superseded by job " + jobId + " before its results were stored", true);
  }
}

std::vector<JobStore::Outdated> JobStore::outdatedResults(std::int64_t doneAfter) {
  const std::lock_guard guard(impl_->mutex);
  SqliteConnection& connection = impl_->connection;
  std::vector<Outdated> found;
  SqliteStatement laterJobs(connection, byLaterJob);
  laterJobs.bind(doneAfter);
  addOutdated(connection, Cause::laterJob, laterJobs, found);
  SqliteStatement laterRuns(connection, byLaterRun);
  addOutdated(connection, Cause::laterRun, laterRuns, found);
  std::set<std::string> known;
  for (const Outdated& outdated : found) known.insert(outdated.jobId);
  SqliteStatement interrupted(connection, interruptedSets);
  addOutdated(connection, Cause::interrupted, interrupted, found, known);
  return found;
}

// Only of jobs that had objects: no other is sure to stay, and the order goes on from the last one
// that is there.
std::int64_t JobStore::newestSet() {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement newest(impl_->connection,
                         "SELECT done_order FROM jobs WHERE done_order > 0 AND produced = 1"
                         " ORDER BY done_order DESC LIMIT 1");
  return newest.step() ? newest.integer(0) : 0;
}

bool JobStore::hasInterruptedSets() {
  const std::lock_guard guard(impl_->mutex);
  return SqliteStatement(impl_->connection,
                         "SELECT 1 FROM earlier_objects WHERE complete = 0 LIMIT 1")
      .step();
}

// Only while the job is still what it was on the list: it may have been asked for again since, and
// its set belongs to the earlier ones now.
void JobStore::settleOutdated(const Outdated& outdated) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto seq = impl_->find(outdated.jobId);
  if (!seq) return;
  const bool isDone = impl_->state(*seq) == JobState::done;
  if (outdated.cause == Cause::laterRun && !isDone) return;
  if (outdated.cause == Cause::laterJob && isDone) {
    SqliteStatement(impl_->connection,
                    "UPDATE jobs SET superseded_by = ?, updated_ms = ? WHERE seq = ?")
        .bind(outdated.byJobId, unixTimeMs(), *seq)
        .run();
  }
  const bool onlyParts = outdated.cause == Cause::interrupted;
  SqliteStatement(impl_->connection,
                  "DELETE FROM earlier_objects WHERE job_seq = ? AND (complete = 0 OR ? = 0)")
      .bind(*seq, onlyParts ? 1 : 0)
      .run();
  transaction.commit();
}

}  // namespace cmr
