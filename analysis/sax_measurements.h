// The numbers of a short-axis cine, each with its code, unit, method, sources and verdict.
#pragma once

#include <optional>
#include <vector>

#include "analysis/finding.h"
#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"
#include "analysis/key_phases.h"
#include "analysis/label_stack.h"
#include "analysis/measurement.h"

namespace cmr {

inline constexpr double myocardialDensityGPerMl = 1.05;  // Schulz-Menger et al., JCMR 2020;22:19

struct MeasuredSeries {
  const ImageStack& stack;
  const LabelStack& labels;
  KeyPhases phases;
  std::vector<double> lvMl;  // per phase; empty for a single slice
  std::vector<double> rvMl;
  std::vector<double> myocardiumMl;
  const PackageIdentity& package;
};

// Always the same list in the same order: lv.edv, lv.esv, lv.sv, lv.ef, lv.co, lv.mass, rv.edv,
// rv.esv, rv.sv, rv.ef. What cannot be measured, or is not released by the package, is
// unmeasurable and says why; what a finding of at least a warning doubts, or the package marks
// "flag" or knows from phantoms alone, is uncertain. The right ventricle is measured at the left
// one's key phases.
std::vector<Measurement> measureSax(const MeasuredSeries& series,
                                    const std::vector<Finding>& findings);

// Heart rate in 1/min, from the header or the RR interval; nothing when neither is plausible
// (20 to 250).
std::optional<double> plausibleHeartRate(const ImageStack& stack);

}  // namespace cmr
