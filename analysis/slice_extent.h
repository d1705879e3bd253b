// The basal rule: which slices belong to the left ventricle at each phase. Decided for all phases
// at once, since the heart cannot gain a slice between two phases and lose it in the next, and
// since the decision at the base moves the ejection fraction by several points.
#pragma once

#include <vector>

#include "analysis/plausibility_rules.h"
#include "analysis/slice_evidence.h"

namespace cmr {

// Slices counted from the base to the apex, whatever the order in the stack.
struct SliceExtent {
  int base = 0;   // first slice
  int apex = -1;  // last slice; below base: none
};

// Maximises evidence inside of the extent less the costs of changes and losses, over all extents
// whose ends move by at most one slice from phase to phase, around the cycle, and never beyond
// those at end diastole nor by more than the largest losses (dynamic programming, exact).
// certainty: how much worse, in units of one frame's evidence per phase, the best extent with
// another basal slice at end diastole is; infinite when there is none.
struct ExtentDecision {
  std::vector<SliceExtent> extent;  // per phase
  double basalCertainty = 0;
};
ExtentDecision decideExtent(const ExtentInput& input, const PlausibilityRules& rules);

}  // namespace cmr
