// The numbers of a still short axis: extent of late enhancement, or relaxation times of a map, each
// with code, unit, method, sources and verdict.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/finding.h"
#include "analysis/frame_segmenter.h"
#include "analysis/image_stack.h"
#include "analysis/label_stack.h"
#include "analysis/lge_extent.h"
#include "analysis/map_measurements.h"
#include "analysis/measurement.h"

namespace cmr {

// What the images are, as far as their header says.
struct StillContent {
  std::string sequence;              // "lge", "t1_map", "t2_map"
  LgeImage lge = LgeImage::unknown;  // of "lge"
  MapKind map = MapKind::t1;         // of maps
};

// "phase-sensitive late enhancement", "native T1 map"
std::string wordsOf(const StillContent& content);

// The list of lgeMeasurements or mapMeasurements. Uncertain is what the site turned on although the
// package does not release it, what the package knows from drawn hearts alone, what a finding of
// at least a warning doubts, and T1 of a map that does not say whether contrast agent was given.
// Unmeasurable is everything when cavity or myocardium are not released.
std::vector<Measurement> measureStill(const ImageStack& stack, const LabelStack& labels,
                                      const StillContent& content,
                                      const std::vector<std::optional<SeptumDirections>>& septum,
                                      const std::vector<Finding>& findings,
                                      const PackageIdentity& release);

}  // namespace cmr
