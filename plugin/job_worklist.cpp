// What the job store remembers of scheduled exams, and of the studies that came of them.
#include <algorithm>

#include "plugin/exam_person.h"
#include "plugin/exam_uid.h"
#include "plugin/job_store_impl.h"

namespace cmr {
namespace {

// The state follows from the jobs over the study.
constexpr const char* examColumns =
    "SELECT id, patient_id, accession, study_uid, start_date, attributes, orthanc_study, conflict,"
    " created_ms, updated_ms, CASE"
    " WHEN orthanc_study = '' THEN 'scheduled'"
    " WHEN EXISTS (SELECT 1 FROM jobs WHERE jobs.orthanc_study = worklist.orthanc_study"
    " AND state IN ('queued', 'leased', 'storing', 'retry')) THEN 'analysing'"
    " WHEN EXISTS (SELECT 1 FROM jobs WHERE jobs.orthanc_study = worklist.orthanc_study"
    " AND state = 'done') THEN 'reported'"
    " ELSE 'arrived' END, source FROM worklist ";

std::vector<JobStore::ScheduledExam> examsOf(SqliteStatement& rows) {
  std::vector<JobStore::ScheduledExam> exams;
  while (rows.step()) {
    exams.push_back({rows.bytes(0), rows.bytes(1), rows.bytes(2), rows.bytes(3), rows.bytes(4),
                     rows.bytes(5), rows.bytes(6), rows.bytes(7), rows.bytes(10), rows.integer(8),
                     rows.integer(9), rows.bytes(11)});
  }
  return exams;
}

std::vector<JobStore::ScheduledExam> examsNamed(SqliteConnection& connection,
                                                const std::string& id) {
  SqliteStatement rows(connection, std::string(examColumns) + "WHERE id = ?");
  rows.bind(id);
  return examsOf(rows);
}

constexpr const char* wasThereConflict =
    "a study with this AccessionNumber was in the archive before, under another StudyInstanceUID";

// Only who scheduled it can have given it to the study.
bool hasOwnUid(const JobStore::ScheduledExam& exam) {
  return !exam.StudyInstanceUID.empty() &&
         exam.StudyInstanceUID != madeStudyUid(exam.AccessionNumber, exam.PatientID);
}

bool isOfAnotherUid(const JobStore::ScheduledExam& exam, const JobStore::ArrivedStudy& study) {
  return hasOwnUid(exam) && exam.StudyInstanceUID != study.StudyInstanceUID;
}

// Archives note when an image came to the second.
bool wasThere(const JobStore::ScheduledExam& exam, const JobStore::ArrivedStudy& study) {
  return study.arrivedMs > 0 && study.arrivedMs / 1000 < exam.createdMs / 1000;
}

// Why a study that names this exam is not of it; empty: it is.
std::string conflictOf(const JobStore::ScheduledExam& exam, const JobStore::ArrivedStudy& study) {
  const std::string other =
      exam.PatientID != study.PatientID ? "PatientID" : otherPersonBy(exam, study);
  if (!other.empty()) {
    return std::string("a study with this ") +
           (exam.StudyInstanceUID == study.StudyInstanceUID ? "StudyInstanceUID"
                                                            : "AccessionNumber") +
           " arrived for another " + other;
  }
  if (!study.AccessionNumber.empty() && exam.AccessionNumber != study.AccessionNumber) {
    return "a study with this StudyInstanceUID arrived with another AccessionNumber";
  }
  return isOfAnotherUid(exam, study) && wasThere(exam, study) ? wasThereConflict : std::string();
}

// Also one that is tied already.
bool hasExamOfUid(SqliteConnection& connection, const std::string& StudyInstanceUID) {
  if (StudyInstanceUID.empty()) return false;
  SqliteStatement rows(connection, "SELECT 1 FROM worklist WHERE study_uid = ? LIMIT 1");
  rows.bind(StudyInstanceUID);
  return rows.step();
}

std::vector<JobStore::ScheduledExam> examsThatName(SqliteConnection& connection,
                                                   const JobStore::ArrivedStudy& study) {
  SqliteStatement rows(connection,
                       std::string(examColumns) +
                           "WHERE orthanc_study <> ?1 AND ((?2 <> '' AND study_uid = ?2)"
                           " OR (?3 <> '' AND accession = ?3))");
  rows.bind(study.orthancStudyId, study.StudyInstanceUID, study.AccessionNumber);
  auto exams = examsOf(rows);
  // One accession number may stand for several exams, each with the study that it was given.
  if (hasExamOfUid(connection, study.StudyInstanceUID)) {
    exams.erase(std::remove_if(exams.begin(), exams.end(),
                               [&](const auto& exam) { return isOfAnotherUid(exam, study); }),
                exams.end());
  }
  return exams;
}

}  // namespace

JobStore::Scheduled JobStore::schedule(const ScheduledExam& exam, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto known = examsNamed(impl_->connection, exam.id);
  if (!known.empty()) {
    return known.front().attributesJson == exam.attributesJson ? Scheduled::same
                                                               : Scheduled::different;
  }
  const std::int64_t now = unixTimeMs();
  SqliteStatement(impl_->connection,
                  "INSERT INTO worklist (id, patient_id, accession, study_uid, start_date,"
                  " attributes, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(exam.id, exam.PatientID, exam.AccessionNumber, exam.StudyInstanceUID, exam.startDate,
            exam.attributesJson, now, now)
      .run();
  impl_->audit(by, {"worklist", "schedule", exam.id, "", exam.attributesJson});
  transaction.commit();
  return Scheduled::created;
}

bool JobStore::reschedule(const ScheduledExam& exam, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto before = examsNamed(impl_->connection, exam.id);
  if (before.empty()) return false;
  SqliteStatement(impl_->connection,
                  "UPDATE worklist SET patient_id = ?2, accession = ?3, study_uid = ?4,"
                  " start_date = ?5, attributes = ?6, conflict = '', updated_ms = ?7"
                  " WHERE id = ?1")
      .bind(exam.id, exam.PatientID, exam.AccessionNumber, exam.StudyInstanceUID, exam.startDate,
            exam.attributesJson, unixTimeMs())
      .run();
  impl_->audit(
      by, {"worklist", "reschedule", exam.id, before.front().attributesJson, exam.attributesJson});
  transaction.commit();
  return true;
}

bool JobStore::unschedule(const std::string& id, const Actor& by) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  const auto before = examsNamed(impl_->connection, id);
  if (before.empty()) return false;
  SqliteStatement(impl_->connection, "DELETE FROM worklist WHERE id = ?").bind(id).run();
  impl_->audit(by, {"worklist", "unschedule", id, before.front().attributesJson, ""});
  transaction.commit();
  return true;
}

std::optional<JobStore::ScheduledExam> JobStore::scheduledExam(const std::string& id) {
  const std::lock_guard guard(impl_->mutex);
  const auto exams = examsNamed(impl_->connection, id);
  return exams.empty() ? std::nullopt : std::optional(exams.front());
}

std::vector<JobStore::ScheduledExam> JobStore::scheduledExams(std::size_t limit,
                                                              std::size_t offset) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection,
                       std::string(examColumns) + "ORDER BY start_date DESC, id LIMIT ? OFFSET ?");
  rows.bind(static_cast<std::int64_t>(limit), static_cast<std::int64_t>(offset));
  return examsOf(rows);
}

std::vector<JobStore::ScheduledExam> JobStore::openExams(const std::string& fromDate,
                                                         std::size_t limit) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection, std::string(examColumns) +
                                              "WHERE orthanc_study = '' AND start_date >= ?"
                                              " ORDER BY start_date, id LIMIT ?");
  rows.bind(fromDate, static_cast<std::int64_t>(limit));
  return examsOf(rows);
}

std::vector<JobStore::ScheduledExam> JobStore::examsOfStudy(const std::string& orthancStudyId) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection, std::string(examColumns) +
                                              "WHERE orthanc_study <> '' AND orthanc_study = ?"
                                              " ORDER BY start_date, id");
  rows.bind(orthancStudyId);
  return examsOf(rows);
}

int JobStore::tieToExams(const ArrivedStudy& study) {
  const std::lock_guard guard(impl_->mutex);
  SqliteTransaction transaction(impl_->connection);
  int tied = 0;
  for (const ScheduledExam& exam : examsThatName(impl_->connection, study)) {
    std::string conflict = conflictOf(exam, study);
    if (conflict.empty() && !exam.orthancStudyId.empty()) {
      conflict = "a second study arrived for this exam";
    }
    const bool fits = conflict.empty();
    if (!fits && conflict == exam.conflict) continue;
    SqliteStatement(impl_->connection, fits
                                           ? "UPDATE worklist SET orthanc_study = ?, updated_ms = ?"
                                             " WHERE id = ?"
                                           : "UPDATE worklist SET conflict = ?, updated_ms = ?"
                                             " WHERE id = ?")
        .bind(fits ? study.orthancStudyId : conflict, unixTimeMs(), exam.id)
        .run();
    if (fits) ++tied;
  }
  if (tied > 0) {
    SqliteStatement(impl_->connection,
                    "INSERT INTO studies_tied_anew (orthanc_study) VALUES (?)"
                    " ON CONFLICT (orthanc_study) DO UPDATE SET version = version + 1")
        .bind(study.orthancStudyId)
        .run();
  }
  transaction.commit();
  return tied;
}

bool JobStore::mustKnowArrival(const ArrivedStudy& study) {
  const std::lock_guard guard(impl_->mutex);
  const std::vector<ScheduledExam> exams = examsThatName(impl_->connection, study);
  return std::any_of(exams.begin(), exams.end(),
                     [&](const ScheduledExam& exam) { return isOfAnotherUid(exam, study); });
}

std::map<std::string, std::int64_t> JobStore::studiesTiedAnew() {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement rows(impl_->connection, "SELECT orthanc_study, version FROM studies_tied_anew");
  std::map<std::string, std::int64_t> studies;
  while (rows.step()) studies.emplace(rows.bytes(0), rows.integer(1));
  return studies;
}

void JobStore::settleTie(const std::string& orthancStudyId, std::int64_t version) {
  const std::lock_guard guard(impl_->mutex);
  SqliteStatement(impl_->connection,
                  "DELETE FROM studies_tied_anew WHERE orthanc_study = ? AND version = ?")
      .bind(orthancStudyId, version)
      .run();
}

}  // namespace cmr
