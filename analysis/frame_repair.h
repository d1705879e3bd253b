// Repair within one image: one left ventricle near the heart's axis, without holes, walled by
// myocardium; one right ventricle beside it.
#pragma once

#include "analysis/heart_axis.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/plausibility_rules.h"

namespace cmr {

// What was changed, in mm2, and why.
struct FrameRepair {
  double removedMm2 = 0;        // cavity and myocardium that belong to no left ventricle
  double filledMm2 = 0;         // holes
  bool wallMissing = false;     // a cavity with no myocardium beside it was removed
  bool strayRvRemoved = false;  // a right ventricle away from the septum was removed
};

// The line along which the left ventricle runs: through the centres of the largest part of cavity
// and myocardium of every frame, weighted by area, outliers left aside.
HeartAxis leftVentricularAxis(const ImageStack& stack, const LabelStack& labels);

FrameRepair repairFrame(const PlaneGeometry& plane, const HeartAxis& axis,
                        const PlausibilityRules& rules, LabelStack& labels, int slice, int phase);

}  // namespace cmr
