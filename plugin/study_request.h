// What the worker needs for a report on a study, from the archive.
#pragma once

#include <optional>
#include <string>

#include "plugin/analysis_request.h"
#include "plugin/archive.h"
#include "plugin/job_store.h"

namespace cmr {

struct StudyRequest {
  std::optional<AnalysisRequest> request;
  std::string whyNot;  // a sentence, when there is none: something of it is gone
};

// The reports that the job's document names, each only when it is in the study and says itself that
// we wrote it, and one image of the study. packageSha256: of the package that is installed; numbers
// do not depend on it. Throws ResourceError.
StudyRequest studyRequest(const JobRecord& job, Archive& archive, JobStore& store,
                          const std::string& packageSha256);

}  // namespace cmr
