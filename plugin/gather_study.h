// Everything that archive and job store know of one study, for its report.
#pragma once

#include <optional>
#include <string>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"
#include "plugin/local_time.h"
#include "plugin/study_report.h"

namespace cmr {

// Empty when the archive has no such study. Series that we wrote ourselves are not among them.
// nowMs: Unix time. Throws ResourceError.
std::optional<StudyReportInput> gatherStudy(const std::string& orthancStudyId,
                                            const GroupPlanner& planner, JobStore& store,
                                            std::int64_t nowMs = unixNowMs());

}  // namespace cmr
