// The basal rule: which slices belong to the left ventricle at each phase. Decided for all phases
// at once, since the heart cannot gain a slice between two phases and lose it in the next, and
// since the decision at the base moves the ejection fraction by several points.
#pragma once

#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/frame_shape.h"
#include "analysis/plausibility_rules.h"

namespace cmr {

// Slices counted from the base to the apex, whatever the order in the stack.
struct SliceExtent {
  int base = 0;   // first slice
  int apex = -1;  // last slice; below base: none
};

// Everything the rule looks at: slices from base to apex, phases cyclic.
struct ExtentInput {
  int sliceCount = 0;
  int phaseCount = 0;
  std::vector<FrameShape> shapes;           // [slice * phaseCount + phase]
  std::vector<FrameConfidence> confidence;  // the same; empty when unknown
};

// Evidence in [-1, 1] that a slice belongs to the left ventricle at a phase: from the ring of
// myocardium around its cavity and from the network's own confidence.
double evidence(const ExtentInput& input, const PlausibilityRules& rules, int slice, int phase);

// 0 at the phase with the largest cavity, 1 at that with the smallest, from the slices that hold a
// cavity at every phase: end slices and errors in them do not take part.
std::vector<double> contraction(const ExtentInput& input);

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
