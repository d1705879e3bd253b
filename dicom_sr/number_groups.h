// The numbers of an analysis by what they are of, without outlines: the groups of the report on
// volumes. OHIF shows nothing of a report with such groups, so that they are no part of the other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dicom_sr/key_segments.h"

namespace cmr {

struct NumberGroup {
  std::optional<std::size_t> segment;  // of that volume: index into keySegments()
  std::string label;                   // "LV cavity ED", "LV function", "AHA 8 mid anteroseptal ED"
  std::string trackingKey;             // under which outputUid gives the tracking UID
  std::optional<Code> finding;
  std::string timePoint;                         // empty where there is none
  std::vector<const Measurement*> measurements;  // the most important first
};

// First one group for each of the key segments, numbers or none, with label and tracking UID of the
// segment; then function, wall, strain and atria as far as there are numbers; then the AHA segments
// at ED and at ES. Every number that is reported is in exactly one. They point into the analysis.
std::vector<NumberGroup> numberGroups(const SaxAnalysis& analysis);

}  // namespace cmr
