#include "dicom_sr/cine_timing.h"

#include <algorithm>
#include <cmath>

#include "analysis/cardiac_timing.h"

namespace cmr {
namespace {

constexpr double unknownPaceMs = 50;
constexpr double likeness = 0.1;

double toMicroseconds(double ms) { return std::round(ms * 1000) / 1000; }

// Empty unless every phase comes after the one before it.
std::vector<double> stepsBetween(const std::vector<double>& timesMs) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < timesMs.size(); ++i) {
    const double step = timesMs[i] - timesMs[i - 1];
    if (!(step > 0) || !std::isfinite(step)) return {};
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

CineTiming cineTiming(const ImageStack& stack) {
  const std::vector<double> times = phaseTimesMs(stack);
  std::vector<double> steps = stepsBetween(times);
  CineTiming timing;
  if (!steps.empty()) {
    timing.isKnown = true;
    const auto [shortest, longest] = std::minmax_element(steps.begin(), steps.end());
    const double mean = (times.back() - times.front()) / static_cast<double>(steps.size());
    timing.frameTimeMs = toMicroseconds(mean);
    if (*longest - *shortest <= likeness * mean) return timing;
    timing.stepsMs.push_back(0);
    for (const double step : steps) timing.stepsMs.push_back(toMicroseconds(step));
    return timing;
  }
  const auto cycle = cycleLengthMs(stack);
  timing.isKnown = cycle.has_value() && stack.phaseCount > 0;
  timing.frameTimeMs = timing.isKnown ? toMicroseconds(*cycle / stack.phaseCount) : unknownPaceMs;
  return timing;
}

}  // namespace cmr
