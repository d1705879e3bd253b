#include "analysis/cardiac_timing.h"

namespace cmr {
namespace {

constexpr double msPerMinute = 60000;

bool isPlausible(std::optional<double> perMinute) {
  return perMinute && *perMinute >= 20 && *perMinute <= 250;
}

std::optional<double> reciprocal(std::optional<double> value) {
  if (!value || *value <= 0) return std::nullopt;
  return msPerMinute / *value;
}

}  // namespace

std::optional<double> plausibleHeartRate(const ImageStack& stack) {
  if (isPlausible(stack.heartRateBpm)) return stack.heartRateBpm;
  const std::optional<double> fromInterval = reciprocal(stack.rrIntervalMs);
  return isPlausible(fromInterval) ? fromInterval : std::nullopt;
}

std::optional<double> cycleLengthMs(const ImageStack& stack) {
  if (isPlausible(reciprocal(stack.rrIntervalMs))) return stack.rrIntervalMs;
  return isPlausible(stack.heartRateBpm) ? reciprocal(stack.heartRateBpm) : std::nullopt;
}

std::vector<double> phaseTimesMs(const ImageStack& stack) {
  std::vector<double> times;
  for (int phase = 0; phase < stack.phaseCount; ++phase) {
    const auto& time = stack.frame(0, phase).timing.triggerTimeMs;
    if (!time) return {};
    times.push_back(*time);
  }
  return times;
}

}  // namespace cmr
