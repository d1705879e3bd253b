// What `cmr finetune` and `cmr evaluate` say of a dense head on drawn hearts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/decoder_scores.h"

namespace cmr {

// By structure: dice_mean, dice_median, hd95_mm, n_frames, n_missed, n_invented. By landmark, at
// this operating point: error_mm (mean), error_median_mm, detection_rate, false_alarm_rate,
// within_5_mm_rate, n_present, n_absent. What has no value is null.
nlohmann::json scoresJson(const DecoderScores& scores, const HeadDescription& head,
                          double leastConfidence);
// A line for each of them, indented by two.
std::string scoresText(const DecoderScores& scores, const HeadDescription& head,
                       double leastConfidence);

}  // namespace cmr
