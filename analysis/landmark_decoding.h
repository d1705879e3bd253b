// From a heat map to a point: the peak, moved to the centroid of the probability about it.
#pragma once

#include <optional>
#include <span>

namespace cmr {

struct FoundLandmark {
  double column = 0;  // pixels of the heat map; (0, 0) is the first pixel's middle
  double row = 0;
  double confidence = 0;  // probability within landmarkReach of the peak
};

inline constexpr int landmarkReach = 4;  // pixels, to each side of the peak

// probabilities: rows * columns, none negative, with a sum of at most 1; what is missing to 1 is
// the probability that the landmark is not in the picture. The position is the centre of gravity of
// the map within landmarkReach of its peak, on each axis symmetric about the peak, so that a map
// that is cut off by the border is not pulled inwards. No value for a map without any probability.
std::optional<FoundLandmark> decodeHeatMap(std::span<const float> probabilities, int rows,
                                           int columns);

}  // namespace cmr
