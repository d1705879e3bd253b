// What one frame of labels looks like: sizes, centre, and how far myocardium surrounds the cavity.
#pragma once

#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

struct FrameShape {
  double cavityMm2 = 0;
  double myocardiumMm2 = 0;
  double rvMm2 = 0;
  double column = 0;  // centre of the cavity, of the myocardium when there is no cavity
  double row = 0;
  // Share of the directions around the cavity's centre in which myocardium follows where the
  // cavity ends (within 1.5 pixels), 0 to 1; of 72 directions.
  double ring = 0;
};

FrameShape shapeOf(const PlaneGeometry& plane, const LabelStack& labels, int slice, int phase);

// [slice * phaseCount + phase]
std::vector<FrameShape> shapesOf(const ImageStack& stack, const LabelStack& labels);

}  // namespace cmr
