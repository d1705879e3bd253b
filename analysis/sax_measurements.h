// The numbers of a short-axis cine, each with its code, unit, method, sources and verdict.
#pragma once

#include <optional>
#include <string>
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
// "flag" or knows from phantoms alone, is uncertain. What is said of a structure that is not
// released casts no doubt on the others. The right ventricle is measured at the left
// one's key phases.
std::vector<Measurement> measureSax(const MeasuredSeries& series,
                                    const std::vector<Finding>& findings);

// Whether the package keeps a structure out of reports, and the sentence that says why. The
// background, which stands for the heart as a whole, is never kept out.
bool isUnreleased(const PackageIdentity& package, Structure structure);
std::string whyUnreleased(const PackageIdentity& package, Structure structure);

// The measurements of one structure (mass is of the myocardium) as if it were released, uncertain
// at best: for research, never for a report.
std::vector<Measurement> measureExperimental(const MeasuredSeries& series,
                                             const std::vector<Finding>& findings,
                                             Structure structure);

// Heart rate in 1/min, from the header or the RR interval; nothing when neither is plausible
// (20 to 250).
std::optional<double> plausibleHeartRate(const ImageStack& stack);

}  // namespace cmr
