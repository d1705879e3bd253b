#include "dicom_sr/stack_timing.h"

#include <algorithm>

namespace cmr {
namespace {

// What a heart can do: 20 to 300 beats a minute.
constexpr double shortestRrMs = 200;
constexpr double longestRrMs = 3000;

std::optional<double> medianOf(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::optional<double> plausibleRr(std::optional<double> ms) {
  if (!ms || *ms < shortestRrMs || *ms > longestRrMs) return std::nullopt;
  return ms;
}

// Phases are spread evenly over a beat: the mean step times their number.
std::optional<double> rrFromTriggerTimes(const SliceFrames& slice) {
  if (slice.size() < 3) return std::nullopt;
  const auto first = slice.front()->timing.triggerTimeMs;
  const auto last = slice.back()->timing.triggerTimeMs;
  if (!first || !last) return std::nullopt;
  const auto steps = static_cast<double>(slice.size() - 1);
  return (*last - *first) / steps * (steps + 1);
}

std::optional<double> plausibleRate(std::optional<double> perMinute) {
  if (!perMinute || *perMinute < 20 || *perMinute > 300) return std::nullopt;
  return perMinute;
}

SliceBeats beatsOf(const SliceFrames& slice) {
  std::vector<double> intervals;
  std::vector<double> rates;
  for (const FrameFacts* f : slice) {
    if (const auto rr = plausibleRr(f->nominalIntervalMs)) intervals.push_back(*rr);
    if (const auto rate = plausibleRate(f->heartRateBpm)) rates.push_back(*rate);
  }
  return {medianOf(intervals), medianOf(rates), plausibleRr(rrFromTriggerTimes(slice))};
}

}  // namespace

void fillTiming(ImageStack& stack, const std::vector<SliceFrames>& slices,
                std::vector<std::string>& notes) {
  std::vector<double> intervals;
  std::vector<double> rates;
  std::vector<double> fromTriggers;
  stack.beats.clear();
  for (const SliceFrames& slice : slices) {
    for (const FrameFacts* f : slice) {
      if (const auto rr = plausibleRr(f->nominalIntervalMs)) intervals.push_back(*rr);
      if (const auto rate = plausibleRate(f->heartRateBpm)) rates.push_back(*rate);
    }
    stack.beats.push_back(beatsOf(slice));
    if (const auto span = stack.beats.back().triggerSpanMs) fromTriggers.push_back(*span);
  }
  stack.rrIntervalMs = medianOf(intervals);
  stack.heartRateBpm = medianOf(rates);
  if (!stack.rrIntervalMs && stack.heartRateBpm) stack.rrIntervalMs = 60000 / *stack.heartRateBpm;
  if (!stack.rrIntervalMs) {
    stack.rrIntervalMs = medianOf(fromTriggers);
    if (stack.rrIntervalMs) notes.emplace_back("RR interval taken from the trigger times");
  }
  if (!stack.heartRateBpm && stack.rrIntervalMs) stack.heartRateBpm = 60000 / *stack.rrIntervalMs;
}

}  // namespace cmr
