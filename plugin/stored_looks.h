// Rules that ask what the pictures of a stored series show, tried with what the worker of its last
// job saw: nothing here decodes pixels.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/rules.h"
#include "plugin/job_store.h"
#include "plugin/series_look.h"

namespace cmr {

// {"job", "packageSha256", "answers": {"view": {"takenFor", "probability", "isCertain",
// "isReleased"}}, "action", "rule", "verdict", "rules"}; null when no rule waits for the pictures
// of this series, or no job that is still kept has looked at them.
nlohmann::json decidedByStoredLook(const SeriesLook& series, const RuleSet& rules, JobStore& store);

}  // namespace cmr
