// Wall thickness and strain of the left ventricle as numbers of a short-axis cine.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/aha_segments.h"
#include "analysis/contour_strain.h"
#include "analysis/measured_series.h"
#include "analysis/measurement.h"

namespace cmr {

// Thickness in one slice, mm; nothing at a phase where the wall is no closed ring.
struct SliceWall {
  struct Thickness {
    double mean = 0;
    double largest = 0;  // mean over the thickest 30 degrees
  };
  std::optional<Thickness> endDiastole;
  std::optional<Thickness> endSystole;
};

struct VentricleWall {
  std::vector<SliceWall> slices;  // empty when nothing was examined
  StrainResult strain;
  std::array<SegmentThickness, ahaSegmentCount> segments;  // by wall_segments.h
  std::string noSegments;  // why thickness is not given by AHA segment; empty when it is
};

// Of what lies outside of end diastole.
extern const char* const epicardiumUnchecked;

// Without segments, and with the reason that nobody looked for them.
VentricleWall examineWall(const ImageStack& stack, const LabelStack& labels, KeyPhases phases);

// Always the same list: lv.wall.mean and lv.wall.max (end-diastolic thickness, mm),
// lv.wall.thickening (%), lv.wall.ecc.endo and lv.wall.ecc.mid (global circumferential strain at
// its peak, %), lv.wall.err (global radial strain at its peak, %). Everything but the end-diastolic
// thickness is uncertain at best: outside of end diastole the epicardium has hardly been held
// against readers' contours.
std::vector<Measurement> wallMeasurements(const MeasuredSeries& series, const VentricleWall& wall);

}  // namespace cmr
