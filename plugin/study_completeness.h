// Whether a study has what the rules say makes it complete (config/study_policy.h), and if not,
// whether its report still waits.
#pragma once

#include <optional>
#include <vector>

#include "plugin/study_report.h"

namespace cmr {

// Of the series that jobs have looked at: what header or pictures said, or what the analysis was
// of; and the rules of those that were left alone. What nobody could tell counts for nothing.
std::vector<SeriesKind> kindsIn(const StudyReportInput& input);

// Empty: the rules ask for nothing. The clock begins with the first series that was decided about,
// so that a restart changes nothing.
std::optional<StudyReport::Completeness> completenessOf(const StudyReportInput& input);

// {"state", "policy", "missing", "until"}; null where the rules ask for nothing.
nlohmann::json completenessJson(const std::optional<StudyReport::Completeness>& completeness);

}  // namespace cmr
