// How well the labels of one stack agree with those of another, projected into its planes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/project_labels.h"
#include "models/series_contour.h"

namespace cmr {

struct LabelledStack {
  ImageStack stack;
  LabelStack labels;             // values of Structure
  std::vector<bool> isLabelled;  // by slice
};

// From outlines: cavity inside the endocardium, myocardium up to the epicardium. A slice counts as
// labelled when it has outlines of both at every phase that has any.
LabelledStack labelsOfContours(const ImageStack& stack, const std::vector<SeriesContour>& contours);

struct ProjectedSlice {
  int slice = 0;
  ProjectedOverlap cavity, myocardium, ventricle;  // all phases together; ventricle: the two
};

// One entry for each slice of `stack` into which the reference reaches. Phases are matched by their
// share of the cycle.
std::vector<ProjectedSlice> scoreProjected(const ImageStack& stack, const LabelStack& labels,
                                           const LabelledStack& reference);

// All slices taken together.
ProjectedSlice together(const std::vector<ProjectedSlice>& slices);

nlohmann::json projectedJson(const std::vector<ProjectedSlice>& slices);
std::string projectedText(const std::vector<ProjectedSlice>& slices);

}  // namespace cmr
