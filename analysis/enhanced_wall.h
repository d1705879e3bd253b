// Which pixels of the left ventricle's muscle count as enhanced above a threshold.
//
// A pixel at the wall's edge shares its signal with what lies beyond, and blood and fat are bright
// after contrast agent: over drawn hearts without any scar 40 to 75 % of the outermost pixels lay
// more than 5 SD above normal muscle, and 1 to 20 % of those behind them. An edge between dark and
// bright, blurred by whatever symmetric point spread, lies where the signal is half way between
// both. So muscle beside something bright counts only above that half.
#pragma once

#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/wall_pixels.h"

namespace cmr {

// How far into the wall its surroundings are taken to shine: two pixels, or as many as fit into
// this where images were interpolated to finer ones.
inline constexpr double edgeReachMm = 3.5;
// Smaller patches within one slice are noise and remains of the edge.
inline constexpr double leastPatchMm2 = 15;

// For each pixel of wall, which is all of one still image stack: whether it lies above threshold,
// above half way from remoteMean to the brightest pixel within reach that is no muscle, and in a
// patch (touching at sides or corners) that is large enough. Scar under the endocardium that is
// less than half as bright as the blood beside it is missed at its outermost two pixels.
std::vector<bool> enhancedWall(const ImageStack& stack, const LabelStack& labels,
                               const std::vector<WallPixel>& wall, double threshold,
                               double remoteMean);

}  // namespace cmr
