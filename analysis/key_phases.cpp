#include "analysis/key_phases.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "analysis/errors.h"

namespace cmr {
namespace {

std::vector<double> smoothed(const std::vector<double>& curve) {
  const std::size_t n = curve.size();
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = (curve[(i + n - 1) % n] + 2 * curve[i] + curve[(i + 1) % n]) / 4;
  }
  return result;
}

// sign 1: the largest, -1: the smallest.
int extreme(const std::vector<double>& curve, double sign) {
  const std::vector<double> wider = smoothed(curve);
  double scale = 0;
  for (const double value : curve) {
    scale = std::max(scale, std::abs(value));
  }
  const double equal = 1e-9 * scale;
  std::size_t best = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    const double gain = sign * (curve[i] - curve[best]);
    if (gain > equal || (gain >= -equal && sign * (wider[i] - wider[best]) > equal)) {
      best = i;
    }
  }
  return static_cast<int>(best);
}

}  // namespace

KeyPhases findKeyPhases(const std::vector<double>& curve) {
  if (curve.empty()) {
    throw InputError("there is no phase to choose end diastole and end systole from");
  }
  const std::vector<double> judged = curve.size() >= 8 ? smoothed(curve) : curve;
  return {extreme(judged, 1), extreme(judged, -1)};
}

}  // namespace cmr
