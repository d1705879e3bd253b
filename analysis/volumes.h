// Volumes from areas: the sum of discs over all slices, with the distances that the images have.
#pragma once

#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

// Thickness in mm of the disc that each slice stands for: half the way to either neighbour, from
// positions. Beyond the outermost slices, where there is no neighbour, half the usual (median)
// distance, never more than half the distance inwards. So evenly spaced slices each stand for
// their spacing, and the two slices beside a gap share it. Empty for a single slice.
std::vector<double> discThicknessesMm(const ImageStack& stack);

// Area in mm2 of a label in one frame.
double labelAreaMm2(const ImageStack& stack, const LabelStack& labels, int slice, int phase,
                    Structure structure);

// One value per phase, mL. Empty for a single slice, which has no thickness.
std::vector<double> volumesMl(const ImageStack& stack, const LabelStack& labels,
                              Structure structure);

}  // namespace cmr
