// The numbers of a short-axis cine, each with its code, unit, method, sources and verdict.
#pragma once

#include <string>
#include <vector>

#include "analysis/finding.h"
#include "analysis/measured_series.h"
#include "analysis/measurement.h"

namespace cmr {

// Always the same list in the same order: that of measureStructure for LV cavity, LV myocardium,
// RV cavity and the heart as a whole. What cannot be measured, or is not released by the package,
// is unmeasurable and says why; what a finding of at least a warning doubts, or the package marks
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

}  // namespace cmr
