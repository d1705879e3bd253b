#include "analysis/volume_rates.h"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace cmr {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<double> stepsOf(const std::vector<double>& times) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  return steps;
}

// The time from the last phase to the first of the next beat; nothing when the cycle is not covered
// or not known.
std::optional<double> closingStep(const std::vector<double>& times, double step,
                                  std::optional<double> cycleMs) {
  if (!cycleMs) return std::nullopt;
  const double gap = *cycleMs - (times.back() - times.front());
  if (gap > 2 * step || gap < -0.1 * *cycleMs) return std::nullopt;
  return gap < step / 2 ? step : gap;
}

// The largest value of sign times the rate on the way from one phase to another, over the end of
// the cycle if need be. Nothing when no phase on the way has a rate of that sign.
std::optional<double> peak(const VolumeRates& rates, int from, int to, double sign) {
  const int count = static_cast<int>(rates.mlPerS.size());
  std::optional<double> largest;
  for (int phase = from;; phase = (phase + 1) % count) {
    if (const auto& rate = rates.mlPerS[static_cast<std::size_t>(phase)]; rate) {
      const double value = sign * *rate;
      if (value > 0 && (!largest || value > *largest)) largest = value;
    }
    if (phase == to) return largest;
  }
}

}  // namespace

VolumeRates volumeRates(const std::vector<double>& volumesMl, const std::vector<double>& timesMs,
                        std::optional<double> cycleMs, KeyPhases phases) {
  VolumeRates rates;
  const std::size_t count = volumesMl.size();
  if (count < 3) {
    rates.reason = "There are too few volumes over the cycle for rates.";
    return rates;
  }
  if (timesMs.size() != count) {
    rates.reason = "The images carry no trigger times.";
    return rates;
  }
  const std::vector<double> steps = stepsOf(timesMs);
  if (*std::min_element(steps.begin(), steps.end()) <= 0) {
    rates.reason = "The trigger times do not grow from phase to phase.";
    return rates;
  }
  rates.stepMs = median(steps);
  const std::optional<double> closing = closingStep(timesMs, rates.stepMs, cycleMs);
  rates.isClosed = closing.has_value();
  rates.mlPerS.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool isInside = i > 0 && i + 1 < count;
    if (!isInside && !rates.isClosed) continue;
    const std::size_t before = (i + count - 1) % count;
    const std::size_t after = (i + 1) % count;
    // Over the end of the cycle: from the phase before to the last, on to the first, on to the
    // next.
    const double round = isInside ? 0 : timesMs.back() - timesMs.front() + *closing;
    const double span = timesMs[after] - timesMs[before] + round;
    rates.mlPerS[i] = 1000 * (volumesMl[after] - volumesMl[before]) / span;
  }
  rates.peakEjectionMlPerS = peak(rates, phases.endDiastole, phases.endSystole, -1);
  rates.peakFillingMlPerS = peak(rates, phases.endSystole, phases.endDiastole, 1);
  return rates;
}

}  // namespace cmr
