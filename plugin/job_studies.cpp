// What the job store remembers for reports on whole studies.
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

JobStore::StoredObject objectOf(const SqliteStatement& row) {
  return {row.bytes(0), row.bytes(1), row.bytes(2), row.bytes(3)};
}

void mark(SqliteConnection& connection, const std::string& orthancStudyId) {
  SqliteStatement(connection,
                  "INSERT INTO studies_to_report (orthanc_study) VALUES (?)"
                  " ON CONFLICT (orthanc_study) DO UPDATE SET version = version + 1")
      .bind(orthancStudyId)
      .run();
}

// For the audit trail; empty: nothing was stated.
std::string factJson(std::optional<double> haematocrit) {
  return haematocrit ? "{\"haematocrit\": " + std::to_string(*haematocrit) + "}" : std::string();
}

}  // namespace

const char* jobScopeName(JobScope scope) { return scope == JobScope::study ? "study" : "series"; }

void recordStudyDocument(SqliteConnection& connection, std::int64_t seq, const JobSubmission& job) {
  if (job.scope != JobScope::study) return;
  SqliteStatement(connection, "INSERT INTO study_documents (job_seq, document) VALUES (?, ?)")
      .bind(seq, job.studyDocument)
      .run();
}

std::vector<JobStore::StudyToReport> JobStore::studiesToReport(std::size_t limit,
                                                               const std::string& after) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection,
                       "SELECT orthanc_study, version FROM studies_to_report s"
                       " WHERE orthanc_study > ? AND NOT EXISTS"
                       " (SELECT 1 FROM jobs j WHERE j.orthanc_study = s.orthanc_study"
                       " AND (j.state IN ('leased', 'storing')"
                       " OR (j.scope = 'series' AND j.state IN ('queued', 'retry'))))"
                       " ORDER BY orthanc_study LIMIT ?");
  rows.bind(after, static_cast<std::int64_t>(limit));
  std::vector<StudyToReport> studies;
  while (rows.step()) studies.push_back({rows.bytes(0), rows.integer(1)});
  return studies;
}

void JobStore::settleStudy(const StudyToReport& study) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "DELETE FROM studies_to_report WHERE orthanc_study = ? AND version = ?")
      .bind(study.orthancStudyId, study.version)
      .run();
}

void JobStore::markStudy(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  mark(impl_->connection, orthancStudyId);
}

void JobStore::setHaematocrit(const std::string& orthancStudyId, std::optional<double> haematocrit,
                              const Actor& by) {
  const std::optional<double> before = this->haematocrit(orthancStudyId);
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  SqliteStatement(impl_->connection, "DELETE FROM study_facts WHERE orthanc_study = ?")
      .bind(orthancStudyId)
      .run();
  if (haematocrit) {
    SqliteStatement(impl_->connection,
                    "INSERT INTO study_facts (orthanc_study, haematocrit) VALUES (?, ?)")
        .bind(orthancStudyId, *haematocrit)
        .run();
  }
  mark(impl_->connection, orthancStudyId);
  impl_->audit(by,
               {"study", "haematocrit", orthancStudyId, factJson(before), factJson(haematocrit)});
  transaction.commit();
}

std::optional<double> JobStore::haematocrit(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT haematocrit FROM study_facts WHERE orthanc_study = ?");
  return row.bind(orthancStudyId).step() ? std::optional(row.real(0)) : std::nullopt;
}

void JobStore::askForReport(const std::string& orthancStudyId, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  SqliteStatement(impl_->connection,
                  "INSERT OR IGNORE INTO reports_asked_for (orthanc_study) VALUES (?)")
      .bind(orthancStudyId)
      .run();
  mark(impl_->connection, orthancStudyId);
  impl_->audit(by, {"study", "report", orthancStudyId, "", "{\"asked\": true}"});
  transaction.commit();
}

bool JobStore::isReportAskedFor(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection, "SELECT 1 FROM reports_asked_for WHERE orthanc_study = ?");
  return row.bind(orthancStudyId).step();
}

std::optional<JobRecord> JobStore::latestStudyJob(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT seq FROM jobs WHERE orthanc_study = ? AND scope = 'study'"
                      " ORDER BY seq DESC LIMIT 1");
  if (!row.bind(orthancStudyId).step()) return std::nullopt;
  return impl_->record(row.integer(0));
}

std::string JobStore::studyDocument(const std::string& jobId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT document FROM study_documents JOIN jobs ON seq = job_seq"
                      " WHERE id = ?");
  return row.bind(jobId).step() ? row.bytes(0) : std::string();
}

std::vector<JobStore::StoredObject> JobStore::storedObjects(const std::string& jobId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection,
                       "SELECT kind, class_uid, sop_uid, series_uid FROM outbox"
                       " JOIN objects USING (sop_uid) JOIN jobs ON seq = job_seq"
                       " WHERE id = ? AND stored = 1 ORDER BY position");
  rows.bind(jobId);
  std::vector<StoredObject> objects;
  while (rows.step()) objects.push_back(objectOf(rows));
  return objects;
}

std::optional<JobStore::StoredObject> JobStore::lastStudyReport(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement row(impl_->connection,
                      "SELECT kind, class_uid, sop_uid, series_uid FROM jobs"
                      " JOIN outbox ON job_seq = seq JOIN objects USING (sop_uid)"
                      " WHERE orthanc_study = ? AND scope = 'study' AND state = 'done'"
                      " AND stored = 1 ORDER BY done_order DESC LIMIT 1");
  return row.bind(orthancStudyId).step() ? std::optional(objectOf(row)) : std::nullopt;
}

}  // namespace cmr
