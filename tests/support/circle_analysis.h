// Analyses with circles in the place of a network's outlines.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plugin/analyze_instances.h"
#include "tests/support/circle_segmenter.h"

namespace cmr::test {

inline void ignoreProgress(double, const std::string&) {}

inline AnalysisRequest requestOf(std::vector<InstanceBytes> instances,
                                 const std::string& dateTime = "") {
  return {"job", std::move(instances), {"seg_cine_sax"}, dateTime};
}

inline AnalysisOutcome analyze(const AnalysisRequest& request) {
  CircleSegmenter segmenter;
  return analyzeInstances(request, segmenter, ignoreProgress);
}

}  // namespace cmr::test
