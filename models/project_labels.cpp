#include "models/project_labels.h"

#include <cmath>
#include <limits>

namespace cmr {
namespace {

double halfSliceMm(const ImageStack& stack) {
  double sum = 0;
  const std::vector<double> distances = sliceDistancesMm(stack);
  for (const double d : distances) sum += d;
  return distances.empty() ? 4 : 0.5 * sum / static_cast<double>(distances.size());
}

}  // namespace

double ProjectedOverlap::dice() const {
  return reference + found > 0
             ? 2 * static_cast<double>(both) / static_cast<double>(reference + found)
             : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::uint8_t> projectLabels(const ImageStack& from, const LabelStack& labels, int phase,
                                        const std::vector<bool>& isLabelled,
                                        const PlaneGeometry& plane, int rows, int columns) {
  const double reach = halfSliceMm(from) + 1e-6;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns),
                                unknownLabel);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const Vec3 point = pixelToPatient(plane, c, r);
      double nearest = reach;
      for (int s = 0; s < from.sliceCount; ++s) {
        if (!isLabelled[static_cast<std::size_t>(s)]) continue;
        const PixelPosition p = patientToPixel(from.planes[static_cast<std::size_t>(s)], point);
        const double off = std::abs(p.offPlaneMm);
        const auto row = std::lround(p.row);
        const auto column = std::lround(p.column);
        if (off > nearest || row < 0 || column < 0 || row >= from.rows || column >= from.columns) {
          continue;
        }
        nearest = off;
        out[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
            static_cast<std::size_t>(c)] =
            labels.frame(
                s, phase)[static_cast<std::size_t>(row) * static_cast<std::size_t>(from.columns) +
                          static_cast<std::size_t>(column)];
      }
    }
  }
  return out;
}

}  // namespace cmr
