// The statistics by which the service tells images that are unlike those of the training, and the
// limit that real images never seen before stay below.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "analysis/unlike_training.h"
#include "models/labelled_images.h"
#include "models/view_tokens.h"

namespace cmr {

struct MeasuredLikeness {
  TrainingLikeness likeness;  // of all images
  nlohmann::json manifest;    // threshold, how it came about, distances by series
};

// Each real subject's images are measured against statistics without that subject, so that a
// scanner's maker seen for the first time lies among them. The limit is a quarter above the largest
// median distance of such a series. Images of the same labels are one kind. Nothing without real
// images: a limit of drawn ones would be one for patients' that nobody measured.
std::optional<MeasuredLikeness> measureLikeness(const ViewTokens& tokens,
                                                const std::vector<LabelledImage>& images,
                                                int directions = 64);

}  // namespace cmr
