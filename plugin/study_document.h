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

// reports: job -> SOPInstanceUID of its structured report in the archive; a job that stored none is
// absent. Nothing of jobs and of the archive's identifiers is in the document, so that results that
// say the same again make the same report.
StudyDocument studyDocument(const StudyReport& report,
                            const std::map<std::string, std::string>& reports,
                            const std::optional<JobStore::StoredObject>& predecessor);

}  // namespace cmr
