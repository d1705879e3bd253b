// The left ventricle's wall in one image: both contours as radii around the cavity's centre, and
// the thickness between them.
#pragma once

#include <optional>
#include <vector>

#include "analysis/contours.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr {

struct WallProfile {
  Point2 centre;  // of the cavity, in pixels
  // One entry per direction, evenly spaced over the circle: direction i has the angle
  // 2 pi i / count in mm space, 0 along increasing columns, growing towards increasing rows.
  std::vector<double> endocardiumMm;  // distance of the contour from the centre
  std::vector<double> epicardiumMm;
  // Perpendicular to the line midway between the contours, at that line's point in this direction.
  std::vector<double> thicknessMm;
};

inline constexpr int wallDirections = 96;

// Contours as of outlines() and outlinesOfUnion(), smoothed by keeping their harmonics up to the
// eighth: what is finer comes from the pixels' edges. Thickness is measured along chords
// perpendicular to the centreline (Sheehan et al., Circulation 1986;74:293), so that it is right
// where rays from the centre meet the wall at an angle.
// Nothing when the image has no cavity or the wall does not enclose it: where more than a tenth
// of the directions have less than half a pixel of wall, as in slices that the outflow tract opens.
std::optional<WallProfile> wallProfile(const ImageStack& stack, const LabelStack& labels, int slice,
                                       int phase);

// Length in mm of the closed line whose point in direction i lies radiiMm[i] from the centre.
double perimeterMm(const std::vector<double>& radiiMm);

// Length in mm of the line midway between the contours.
double midwallPerimeterMm(const WallProfile& wall);

double meanAround(const std::vector<double>& values);

}  // namespace cmr
