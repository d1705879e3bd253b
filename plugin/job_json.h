// Jobs and decisions as the JSON that REST clients see.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"

namespace cmr {

nlohmann::json jobJson(const JobRecord& job);
nlohmann::json attemptJson(const JobStore::Attempt& attempt);
nlohmann::json skippedJson(const JobStore::SkippedSeries& series);
nlohmann::json seriesLookJson(const SeriesLook& look);  // what becomes of a series, and why
std::string isoTime(std::int64_t unixMs);               // ISO 8601 in UTC, to the millisecond
std::optional<JobState> jobStateNamed(const std::string& name);
std::vector<std::string> jobStateNames();      // all of them
std::vector<std::string> failureCauseNames();  // likewise

// Foreign texts may hold bytes that are not UTF-8: they are replaced, not refused.
std::string dumpJson(const nlohmann::json& value);

}  // namespace cmr
