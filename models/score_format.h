// The pieces that evaluation reports share: rows of a table, and the same as JSON.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/frame_segmenter.h"
#include "models/score_summary.h"
#include "models/training_frame.h"

namespace cmr {

inline constexpr std::array<Structure, structureCount - 1> judgedStructures{
    Structure::lvCavity, Structure::lvMyocardium, Structure::rvCavity};

// "lv_cavity", "lv_myocardium", "rv_cavity".
std::string structureId(Structure structure);
// "end_diastole", "end_systole", "unknown".
std::string phaseId(CardiacPhase phase);

// null where there is no finite number.
nlohmann::json orNull(double value);

nlohmann::json packageJson(const PackageIdentity& package);
nlohmann::json summaryJson(const ScoreSummary& summary);

// printf with a line end; at most 250 characters.
std::string textLine(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string tableHead();
std::string tableRow(const std::string& structure, const std::string& phase,
                     const ScoreSummary& summary);

}  // namespace cmr
