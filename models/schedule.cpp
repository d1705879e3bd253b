#include "models/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

double shareDone(std::int64_t step, std::int64_t steps) {
  return std::min(
      1.0, static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps)));
}

}  // namespace

double cosineBetween(double from, double to, std::int64_t step, std::int64_t steps) {
  return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * shareDone(step, steps)));
}

double lineBetween(double from, double to, std::int64_t step, std::int64_t steps) {
  return from + (to - from) * shareDone(step, steps);
}

double warmupCosine(double peak, double finalShare, std::int64_t step, std::int64_t warmupSteps,
                    std::int64_t steps) {
  if (step < warmupSteps) {
    return peak * static_cast<double>(step + 1) / static_cast<double>(warmupSteps);
  }
  const double t = shareDone(step - warmupSteps, steps - warmupSteps);
  return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + std::cos(std::numbers::pi * t)));
}

}  // namespace cmr
