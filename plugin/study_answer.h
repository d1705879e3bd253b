// What GET /cmr/studies/{id} answers: the study as a whole, as it is known now, and the report on
// it that lies in the archive.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"

namespace cmr {

// studyReportJson() and "report": null before one was stored, else SOPClassUID, SOPInstanceUID and
// SeriesInstanceUID of the one stored last and "isCurrent", which is false while what is known now
// is not what it says, and null when its numbers are no longer kept. Each of "best" has "report"
// likewise: the report of its own series, null where it has none. Nothing when the archive has no
// such study.
std::optional<nlohmann::json> studyAnswer(const std::string& orthancStudyId,
                                          const GroupPlanner& planner, JobStore& store);

}  // namespace cmr
