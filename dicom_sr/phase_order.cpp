#include "dicom_sr/phase_order.h"

#include <algorithm>
#include <set>

namespace cmr {
namespace {

std::optional<double> valueOf(const FrameFacts& frame, PhaseKey key) {
  return frame.keys.at(static_cast<std::size_t>(key));
}

// The distinct values of a slice; empty when some frame has none or two share one.
std::set<double> distinctValues(const SliceFrames& slice, PhaseKey key) {
  std::set<double> values;
  for (const FrameFacts* frame : slice) {
    const auto value = valueOf(*frame, key);
    if (!value || !values.insert(*value).second) return {};
  }
  return values;
}

bool countsPhases(PhaseKey key) {
  return key == PhaseKey::privatePhaseNumber || key == PhaseKey::temporalPosition;
}

bool givesFullGrid(const std::vector<SliceFrames>& slices, PhaseKey key) {
  const std::set<double> first = distinctValues(slices.front(), key);
  if (first.empty()) return false;
  return std::all_of(slices.begin(), slices.end(), [&](const SliceFrames& slice) {
    const std::set<double> values = distinctValues(slice, key);
    return !values.empty() && (!countsPhases(key) || values == first);
  });
}

}  // namespace

const char* phaseKeyName(PhaseKey key) {
  constexpr std::array<const char*, phaseKeyCount> names{
      "TriggerTime",     "private phase number", "TemporalPosition", "AcquisitionNumber",
      "AcquisitionTime", "ContentTime",          "InstanceNumber"};
  return names.at(static_cast<std::size_t>(key));
}

std::optional<PhaseKey> findPhaseKey(const std::vector<SliceFrames>& slices) {
  if (slices.empty()) return std::nullopt;
  for (int k = 0; k < phaseKeyCount; ++k) {
    if (givesFullGrid(slices, static_cast<PhaseKey>(k))) return static_cast<PhaseKey>(k);
  }
  // Where no slice has a second image there is nothing to order.
  const bool single = std::all_of(slices.begin(), slices.end(),
                                  [](const SliceFrames& slice) { return slice.size() == 1; });
  return single ? std::optional(PhaseKey::instanceNumber) : std::nullopt;
}

void sortByPhase(SliceFrames& slice, PhaseKey key) {
  std::sort(slice.begin(), slice.end(), [&](const FrameFacts* a, const FrameFacts* b) {
    return *valueOf(*a, key) < *valueOf(*b, key);
  });
}

}  // namespace cmr
