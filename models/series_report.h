// What `cmr evaluate --series` says: JSON for programs, text for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/frame_segmenter.h"
#include "models/evaluate_series.h"

namespace cmr {

// reference, as_shipped, reference_slices (each edv_ml, esv_ml, ef_percent, mass_g, and errors for
// the latter two), phases, outside_contours, structures.<id>.raw|repaired, frames. What has no
// value is null.
nlohmann::json seriesJson(const SeriesEvaluation& evaluation, const PackageIdentity& package,
                          const std::string& task);

std::string seriesText(const SeriesEvaluation& evaluation, const PackageIdentity& package,
                       const std::string& task);

}  // namespace cmr
