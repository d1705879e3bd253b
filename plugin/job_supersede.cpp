#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

// Jobs that ended well and whose images changed since: another job, done later, over other content
// of (at least) the same series.
constexpr const char* outdatedJobs = R"sql(
SELECT old.seq, old.id, new.id FROM jobs old JOIN jobs new
  ON new.orthanc_study = old.orthanc_study AND new.content <> old.content
     AND new.done_order > old.done_order AND new.state = 'done'
WHERE old.state = 'done' AND old.superseded_by = '' AND NOT EXISTS (
  SELECT 1 FROM job_items i WHERE i.job_seq = old.seq AND i.kind = 'orthancSeries'
    AND NOT EXISTS (SELECT 1 FROM job_items j WHERE j.job_seq = new.seq
                      AND j.kind = 'orthancSeries' AND j.value = i.value))
GROUP BY old.seq ORDER BY old.seq
)sql";

}  // namespace

std::vector<JobStore::Outdated> JobStore::outdatedResults() {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Outdated> found;
  SqliteStatement jobs(impl_->connection, outdatedJobs);
  while (jobs.step()) {
    Outdated outdated{jobs.bytes(1), jobs.bytes(2), {}};
    // An object that a later job produced as well is not outdated.
    SqliteStatement objects(impl_->connection,
                            "SELECT sop_uid FROM outbox o WHERE job_seq = ?1 AND stored = 1"
                            " AND NOT EXISTS (SELECT 1 FROM outbox other JOIN jobs j"
                            " ON j.seq = other.job_seq WHERE other.sop_uid = o.sop_uid"
                            " AND other.job_seq <> ?1 AND j.state IN ('storing', 'done')"
                            " AND j.superseded_by = '') ORDER BY position");
    objects.bind(jobs.integer(0));
    while (objects.step()) outdated.SOPInstanceUIDs.push_back(objects.bytes(0));
    found.push_back(std::move(outdated));
  }
  return found;
}

void JobStore::markSuperseded(const std::string& jobId, const std::string& byJobId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "UPDATE jobs SET superseded_by = ?, updated_ms = ? WHERE id = ?"
                  " AND state = 'done'")
      .bind(byJobId, unixTimeMs(), jobId)
      .run();
}

}  // namespace cmr
