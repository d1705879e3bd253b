// Repair of labels in three dimensions and over time, with an account of what was not plausible.
#pragma once

#include <string>
#include <vector>

#include "analysis/finding.h"
#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"
#include "analysis/plausibility_rules.h"
#include "analysis/slice_extent.h"

namespace cmr {

struct PlausibleLabels {
  LabelStack labels;
  std::vector<SliceExtent> extent;  // per phase, slices numbered as in the stack
  std::vector<Finding> findings;
};

// In this order: each image by itself (frame_repair.h), the extent of slices over the cycle
// (slice_extent.h), slices missing within it and frames that flicker (drawn anew between their
// neighbours). Labels of a plausible heart come back unchanged. Deterministic.
PlausibleLabels makePlausible(const ImageStack& stack, const Segmentation& raw,
                              const PlausibilityRules& rules = {});

// What the finding "images-filled" says: so many images within the ventricle had no cavity and were
// drawn from those beside them, so many had none beside them.
std::string saidOfFilled(std::size_t filled, std::size_t left);

}  // namespace cmr
