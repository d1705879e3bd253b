// Published intervals of healthy adults beside the numbers, where their conditions are met.
#pragma once

#include <vector>

#include "analysis/image_stack.h"
#include "analysis/measurement.h"
#include "analysis/papillary_convention.h"

namespace cmr {

// Adds the range, or the reason why a published one is not shown, to every measurement that has a
// value and that a range is known of:
// - LV and RV volumes, ejection fractions and their indices: Kawel-Boehm et al., Reference ranges
//   2025 update, JCMR 2025;27:101853, papillary muscles in the volume (its tables 3 and 9), 2.5 to
//   97.5 percentile;
// - LV mass index: Zhan et al., Circ Cardiovasc Imaging 2024;17:e016090, papillary muscles in the
//   volume.
// Both as quoted in secondary sources, not read in the tables themselves.
// Conditions: bSSFP cine, numbers with papillary muscles in the volume, a woman or a man of 20 to
// 80 years (the studies behind the tables, Kawel-Boehm et al., JCMR 2020;22:87, table 1).
void addReferenceRanges(std::vector<Measurement>& measurements, const PatientFacts& patient,
                        PapillaryConvention convention);

}  // namespace cmr
