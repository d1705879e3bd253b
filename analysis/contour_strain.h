// Strain of the left ventricle's wall from its contours in short-axis images.
//
// What contours can tell and what not: they show how lines change in length, not where tissue goes.
// Circumferential strain is that of a whole contour, so a segment that does not move is hidden by
// its neighbours; the base descends through the image plane, so a slice shows other tissue at end
// systole than at end diastole; papillary muscles inside of the contour make endocardial
// strain depend on how they are drawn. Numbers are not those of tagging or of feature tracking.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

// Lagrangian strain in percent against end diastole: (length - length at ED) / length at ED.
struct WallStrain {
  double endocardial = 0;  // circumferential, of the endocardial contour
  double midwall = 0;      // circumferential, of the line midway between the contours
  double radial = 0;       // of the mean thickness
};

struct StrainResult {
  // [slice][phase]; nothing where the wall is no closed ring at that phase or at end diastole.
  std::vector<std::vector<std::optional<WallStrain>>> slices;
  // Per phase: mean over the slices that have strain at every phase, each with equal weight;
  // nothing when there is no such slice.
  std::vector<std::optional<WallStrain>> global;
  std::vector<int> usedSlices;
};

StrainResult contourStrain(const ImageStack& stack, const LabelStack& labels, int endDiastole);

// Most negative circumferential and largest radial value of a curve over the cycle.
std::optional<WallStrain> peakStrain(const std::vector<std::optional<WallStrain>>& curve);

}  // namespace cmr
