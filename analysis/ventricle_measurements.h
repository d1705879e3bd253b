// Volumes, ejection, output, rates and mass of one structure, before anybody doubts them.
#pragma once

#include <vector>

#include "analysis/label_stack.h"
#include "analysis/measured_series.h"
#include "analysis/measurement.h"

namespace cmr {

inline constexpr double myocardialDensityGPerMl = 1.05;  // Schulz-Menger et al., JCMR 2020;22:19

// Always the same lists in the same order; what cannot be measured is unmeasurable and says why.
// LV cavity: lv.edv, lv.esv, lv.sv, lv.ef, lv.co, lv.edvi, lv.esvi, lv.svi, lv.ci, lv.per, lv.pfr.
// LV myocardium: lv.mass, lv.massi, then those of wallMeasurements. RV cavity: rv.edv, rv.esv,
// rv.sv, rv.ef, rv.edvi, rv.esvi, rv.svi, at the left ventricle's key phases. Background, the heart
// as a whole: heart.rate, body.surface. Papillary muscles and trabeculae are in the volumes and not
// in the mass, or the methods say that the package leaves it open. With reference ranges where
// their conditions are met (analysis/reference_ranges.h).
std::vector<Measurement> measureStructure(const MeasuredSeries& series, Structure structure);

}  // namespace cmr
