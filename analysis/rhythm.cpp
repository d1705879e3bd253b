#include "analysis/rhythm.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/measurement_verdict.h"

namespace cmr {
namespace {

constexpr double msPerMinute = 60000;

using Stated = std::optional<double> SliceBeats::*;

std::vector<double> statedBy(const std::vector<SliceBeats>& slices, Stated what) {
  std::vector<double> values;
  for (const SliceBeats& slice : slices) {
    if (slice.*what) values.push_back(*(slice.*what));
  }
  std::sort(values.begin(), values.end());
  return values;
}

std::optional<double> medianOf(const std::vector<double>& sorted) {
  if (sorted.empty()) return std::nullopt;
  return sorted[sorted.size() / 2];
}

std::string whole(double value) { return std::to_string(std::lround(value)); }

std::string range(const std::vector<double>& sorted) {
  return whole(sorted.front()) + " to " + whole(sorted.back());
}

struct Comparison {
  Stated what;
  const char* before;
  const char* after;
};

// The best witness first.
const Comparison comparisons[] = {
    {&SliceBeats::rrIntervalMs, "The slices were taken over beats of ", " ms"},
    {&SliceBeats::heartRateBpm, "The slices were taken at heart rates of ", " per minute"},
    {&SliceBeats::triggerSpanMs, "The phases of the slices span ", " ms"}};

std::optional<Flag> irregularity(const std::vector<SliceBeats>& slices, double limit) {
  for (const Comparison& comparison : comparisons) {
    const std::vector<double> values = statedBy(slices, comparison.what);
    if (values.size() < 2) continue;
    if (values.back() - values.front() <= limit * *medianOf(values)) continue;
    return Flag{Severity::warning, "irregular-rhythm",
                comparison.before + range(values) + comparison.after +
                    ": with a rhythm so irregular, one phase is another moment of the beat in each "
                    "slice."};
  }
  return std::nullopt;
}

Flag contradiction(const std::string& text) {
  return {Severity::warning, "heart-rate-contradictory", text};
}

std::optional<Flag> contradictionOf(std::optional<double> rrMs, std::optional<double> rateBpm,
                                    std::optional<double> spanMs, double limit) {
  if (rrMs && rateBpm && *rrMs > 0 && *rateBpm > 0 &&
      std::abs(msPerMinute / *rateBpm - *rrMs) > limit * *rrMs) {
    return contradiction("The images state a heart rate of " + whole(*rateBpm) +
                         " per minute and an RR interval of " + whole(*rrMs) + " ms, which is " +
                         whole(msPerMinute / *rrMs) + " per minute: which is right is not known.");
  }
  const std::optional<double> beat =
      rrMs ? rrMs
           : (rateBpm && *rateBpm > 0 ? std::optional(msPerMinute / *rateBpm) : std::nullopt);
  if (beat && spanMs && *spanMs - *beat > limit * *beat) {
    return contradiction("The phases span " + whole(*spanMs) + " ms, longer than the beat of " +
                         whole(*beat) + " ms that the images state.");
  }
  return std::nullopt;
}

// Slice by slice: medians of different slices contradict each other in an irregular rhythm.
std::optional<Flag> contradictionOfMost(const std::vector<SliceBeats>& slices, double limit) {
  std::optional<Flag> first;
  std::size_t contrary = 0;
  for (const SliceBeats& slice : slices) {
    const auto found =
        contradictionOf(slice.rrIntervalMs, slice.heartRateBpm, slice.triggerSpanMs, limit);
    if (!found) continue;
    if (!first) first = found;
    ++contrary;
  }
  return 2 * contrary > slices.size() ? first : std::nullopt;
}

bool startsWith(const std::string& id, const char* start) { return id.rfind(start, 0) == 0; }

bool dependsOnBeats(const std::string& id) {
  if (id == "heart.rate" || id == "lax.mapse" || startsWith(id, "lax.gls")) return true;
  if (startsWith(id, "lax.")) return id.find(".ef") != std::string::npos;
  if (startsWith(id, "lv.wall.")) {
    return id.ends_with(".thickening") || startsWith(id, "lv.wall.e");  // ecc, err
  }
  return (startsWith(id, "lv.") && !startsWith(id, "lv.mass")) || startsWith(id, "rv.");
}

bool isMadeOfRate(const std::string& id) {
  return id == "lv.co" || id == "lv.ci" || id == "heart.rate";
}

}  // namespace

Rhythm examineRhythm(const ImageStack& stack, const RhythmLimits& limits) {
  Rhythm rhythm;
  if (stack.beats.empty()) {
    rhythm.contradictory =
        contradictionOf(stack.rrIntervalMs, stack.heartRateBpm, std::nullopt, limits.contradiction);
    return rhythm;
  }
  rhythm.irregular = irregularity(stack.beats, limits.spread);
  rhythm.contradictory = contradictionOfMost(stack.beats, limits.contradiction);
  return rhythm;
}

void doubtForRhythm(const Rhythm& rhythm, std::vector<Measurement>& measurements) {
  for (Measurement& m : measurements) {
    if (!m.value || !dependsOnBeats(m.id)) continue;
    for (const auto& flag : {rhythm.irregular, rhythm.contradictory}) {
      if (flag) worsen(m, Quality::uncertain, flag->text);
    }
    if (rhythm.contradictory && isMadeOfRate(m.id)) {
      worsen(m, Quality::unmeasurable, rhythm.contradictory->text);
    }
  }
}

}  // namespace cmr
