// What a report on a study is made of, as it is kept with its job and handed to the worker.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "plugin/job_store.h"
#include "plugin/study_report.h"

namespace cmr {

struct StudyDocument {
  std::string text;         // JSON
  std::string fingerprint;  // of all of it but the predecessor: what the report will say
};

// The structured reports that the jobs behind a report's numbers stored, by job; a job that stored
// none is absent.
std::map<std::string, JobStore::StoredObject> storedReports(const StudyReport& report,
                                                            JobStore& store);

// reports: as above. Nothing of jobs and of the archive's identifiers is in the document, so that
// results that say the same again make the same report. What a partial one lacks is in it as
// "missing"; a complete one says nothing of the policy.
StudyDocument studyDocument(const StudyReport& report,
                            const std::map<std::string, JobStore::StoredObject>& reports,
                            const std::optional<JobStore::StoredObject>& predecessor);

}  // namespace cmr
