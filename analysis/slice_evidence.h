// How much speaks for each image belonging to the left ventricle: what the basal rule weighs.
#pragma once

#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/frame_shape.h"
#include "analysis/plausibility_rules.h"

namespace cmr {

// Everything the rule looks at: slices from base to apex, phases cyclic.
struct ExtentInput {
  int sliceCount = 0;
  int phaseCount = 0;
  std::vector<FrameShape> shapes;           // [slice * phaseCount + phase]
  std::vector<FrameConfidence> confidence;  // the same; empty when unknown

  std::size_t at(int slice, int phase) const {
    return static_cast<std::size_t>(slice) * static_cast<std::size_t>(phaseCount) +
           static_cast<std::size_t>(phase);
  }
};

// Evidence in [-1, 1] of single images, [slice * phaseCount + phase]: from the ring of myocardium
// around the cavity and from the network's own confidence.
std::vector<double> imageEvidence(const ExtentInput& input, const PlausibilityRules& rules);

// 0 at the phase with the largest cavity, 1 at that with the smallest: the median over slices of
// each slice's area relative to its own mean, so that errors in some slices do not take part.
std::vector<double> contraction(const ExtentInput& input);

// The share of its relaxed area by which each slice's cavity shrinks from contraction 0 to 1, by
// least squares over its phases; NaN where fewer than half of the phases hold a cavity. Negative
// in the atrium, which fills while the ventricle empties.
std::vector<double> shrinkage(const ExtentInput& input, const std::vector<double>& contracted);

// The slice that is most surely one of the left ventricle at all phases; -1 when nothing is there.
int surestSlice(const ExtentInput& input, const std::vector<double>& evidence,
                const std::vector<double>& shrinks);

// Lowers evidence by what whole slices show, relative to the surest one: towards the base, a cavity
// that does not shrink as the others do is atrium or outflow tract; towards the apex, a cavity
// larger than that of the slice before it is none.
void weighSlices(const ExtentInput& input, const PlausibilityRules& rules,
                 const std::vector<double>& shrinks, int surest, std::vector<double>& evidence);

}  // namespace cmr
