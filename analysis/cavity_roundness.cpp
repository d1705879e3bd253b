#include "analysis/cavity_roundness.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace cmr {

double cavityRoundness(const PlaneGeometry& plane, const LabelStack& labels, int slice, int phase) {
  const auto frame = labels.frame(slice, phase);
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t at = 0; at < frame.size(); ++at) {
    if (frame[at] != static_cast<std::uint8_t>(Structure::lvCavity)) continue;
    const auto columns = static_cast<std::size_t>(labels.columns);
    const double px = static_cast<double>(at % columns) * plane.columnSpacingMm;
    const double py = static_cast<double>(at / columns) * plane.rowSpacingMm;
    n += 1;
    x += px;
    y += py;
    xx += px * px;
    yy += py * py;
    xy += px * py;
  }
  if (n < 1) return 0;
  // Eigenvalues of the covariance; a pixel is a square, whose own variance is a twelfth of its side
  // squared, so that a single one is round.
  const double a = xx / n - x * x / (n * n) + plane.columnSpacingMm * plane.columnSpacingMm / 12;
  const double b = yy / n - y * y / (n * n) + plane.rowSpacingMm * plane.rowSpacingMm / 12;
  const double c = xy / n - x * y / (n * n);
  const double mean = (a + b) / 2;
  const double half = std::hypot((a - b) / 2, c);
  return std::sqrt(std::max(0.0, mean - half) / (mean + half));
}

}  // namespace cmr
