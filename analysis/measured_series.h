// What the measurements of a short-axis cine are taken from.
#pragma once

#include <vector>

#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"
#include "analysis/key_phases.h"
#include "analysis/label_stack.h"

namespace cmr {

struct VentricleWall;

struct MeasuredSeries {
  const ImageStack& stack;
  const LabelStack& labels;
  KeyPhases phases;
  std::vector<double> lvMl;  // per phase; empty for a single slice
  std::vector<double> rvMl;
  std::vector<double> myocardiumMl;
  const PackageIdentity& package;
  const VentricleWall* wall = nullptr;  // examined when absent (analysis/wall_measurements.h)
};

}  // namespace cmr
