// What `cmr evaluate` says about frames: one JSON document for programs, one table for people.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "models/evaluate_frames.h"

namespace cmr {

inline constexpr double lowDice = 0.8;  // frames below it are listed one by one

struct FrameEvaluation {
  std::string task;
  PackageIdentity package;
  std::string source;                // where the frames came from; empty: no frames were judged
  std::string maskEdges = "stored";  // how the edges of their masks were taken
  HeartSearch search = HeartSearch::perPatient;
  std::vector<FrameScore> frames;
  // The same labels against the same masks with their edges taken otherwise; empty: not measured.
  std::string otherMaskEdges;
  std::vector<FrameScore> otherwise;
  std::uint64_t phantomSeed = 0;
  std::vector<FrameScore> phantoms;
};

// structures.<id> holds dice_mean, dice_median, dice_interval95, dice_by_patient, hd95_mm (mean),
// hd95_median_mm, n_frames, n_patients, n_both_empty, n_missed, n_invented, and the same for
// end_diastole and end_systole apart. Figures on drawn hearts stand under `phantoms` and nowhere
// else. With otherwise, `other_mask_edges` holds mask_edges, structures and ejection_fraction of
// the other way to take the edges. What has no value is null.
nlohmann::json evaluationJson(const FrameEvaluation& evaluation);

std::string evaluationText(const FrameEvaluation& evaluation);

}  // namespace cmr
