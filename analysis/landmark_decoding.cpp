#include "analysis/landmark_decoding.h"

#include <algorithm>

namespace cmr {
namespace {

// How far one may go from `at` to both sides and stay within 0 .. size - 1.
int symmetricReach(int at, int size) { return std::min({landmarkReach, at, size - 1 - at}); }

}  // namespace

std::optional<FoundLandmark> decodeHeatMap(std::span<const float> probabilities, int rows,
                                           int columns) {
  const auto peak = std::max_element(probabilities.begin(), probabilities.end());
  if (peak == probabilities.end() || !(*peak > 0)) return std::nullopt;
  const auto index = static_cast<int>(peak - probabilities.begin());
  const int peakRow = index / columns;
  const int peakColumn = index % columns;
  const int alongRows = symmetricReach(peakRow, rows);
  const int alongColumns = symmetricReach(peakColumn, columns);
  const auto at = [&](int row, int column) {
    return static_cast<double>(
        probabilities[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                      static_cast<std::size_t>(column)]);
  };
  double weight = 0;
  double column = 0;
  double row = 0;
  for (int r = peakRow - alongRows; r <= peakRow + alongRows; ++r) {
    for (int c = peakColumn - alongColumns; c <= peakColumn + alongColumns; ++c) {
      weight += at(r, c);
      column += at(r, c) * c;
      row += at(r, c) * r;
    }
  }
  double confidence = 0;
  for (int r = std::max(0, peakRow - landmarkReach);
       r <= std::min(rows - 1, peakRow + landmarkReach); ++r) {
    for (int c = std::max(0, peakColumn - landmarkReach);
         c <= std::min(columns - 1, peakColumn + landmarkReach); ++c) {
      confidence += at(r, c);
    }
  }
  return FoundLandmark{column / weight, row / weight, std::min(confidence, 1.0)};
}

}  // namespace cmr
