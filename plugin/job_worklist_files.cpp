// Scheduled exams that come from files, and those that nobody waits for any more.
#include <algorithm>

#include "plugin/audit_trail.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

struct Row {
  std::string id;
  std::string source;
  std::string attributes;
  bool arrived = false;
};

std::vector<Row> rowsWhere(SqliteConnection& connection, const std::string& condition,
                           const std::string& value) {
  SqliteStatement rows(connection,
                       "SELECT id, source, attributes, orthanc_study <> ''"
                       " FROM worklist WHERE " +
                           condition);
  rows.bind(value);
  std::vector<Row> found;
  while (rows.step()) {
    found.push_back({rows.bytes(0), rows.bytes(1), rows.bytes(2), rows.integer(3) != 0});
  }
  return found;
}

// Nobody's hand: a file, or a day that is over.
const Actor& byItself() {
  static const Actor actor{{}, serviceRole};
  return actor;
}

}  // namespace

// An exam that arrived outlives its file: its study is here.
void JobStore::Impl::withdrawExam(const std::string& id, bool arrived,
                                  const std::string& attributes) {
  SqliteStatement(connection, arrived ? "UPDATE worklist SET source = '' WHERE id = ?"
                                      : "DELETE FROM worklist WHERE id = ?")
      .bind(id)
      .run();
  if (!arrived) audit(byItself(), {"worklist", "withdraw", id, attributes, ""});
}

std::string JobStore::importExam(const ScheduledExam& exam, const std::string& file) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto known = rowsWhere(impl_->connection, "id = ?", exam.id);
  const bool isNew = known.empty();
  if (!isNew && known.front().source != file && known.front().attributes != exam.attributesJson) {
    const std::string& other = known.front().source;
    return "the same exam " +
           (other.empty() ? std::string("was scheduled over REST or has its study already")
                          : "is in \"" + other + "\"") +
           ", with other values";
  }
  const std::int64_t now = unixTimeMs();
  SqliteStatement(impl_->connection,
                  "INSERT INTO worklist (id, patient_id, accession, study_uid, start_date,"
                  " attributes, created_ms, updated_ms, source)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) ON CONFLICT (id) DO UPDATE SET"
                  " study_uid = ?4, start_date = ?5, attributes = ?6, conflict = '',"
                  " updated_ms = ?7 WHERE source = ?8 AND attributes <> ?6")
      .bind(exam.id, exam.PatientID, exam.AccessionNumber, exam.StudyInstanceUID, exam.startDate,
            exam.attributesJson, now, file)
      .run();
  if (impl_->connection.changedRows() > 0) {
    impl_->audit(byItself(), {"worklist", "import", exam.id, isNew ? "" : known.front().attributes,
                              exam.attributesJson});
  }
  for (const Row& row : rowsWhere(impl_->connection, "source = ?", file)) {
    if (row.id != exam.id) impl_->withdrawExam(row.id, row.arrived, row.attributes);
  }
  transaction.commit();
  return {};
}

int JobStore::withdrawExams(const std::vector<std::string>& filesThatAreThere) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  int gone = 0;
  for (const Row& row : rowsWhere(impl_->connection, "source <> ?", "")) {
    const auto& there = filesThatAreThere;
    if (std::find(there.begin(), there.end(), row.source) != there.end()) continue;
    impl_->withdrawExam(row.id, row.arrived, row.attributes);
    if (!row.arrived) ++gone;
  }
  transaction.commit();
  return gone;
}

int JobStore::expireExams(const std::string& openBefore, const std::string& arrivedBefore) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  int gone = 0;
  const auto expire = [&](const char* condition, const std::string& before) {
    for (const Row& row : rowsWhere(impl_->connection, condition, before)) {
      SqliteStatement(impl_->connection, "DELETE FROM worklist WHERE id = ?").bind(row.id).run();
      impl_->audit(byItself(), {"worklist", "expire", row.id, row.attributes, ""});
      ++gone;
    }
  };
  expire("orthanc_study = '' AND start_date < ?", openBefore);
  expire("start_date < ?", arrivedBefore);
  transaction.commit();
  return gone;
}

}  // namespace cmr
