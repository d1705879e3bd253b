// The part of routing that needs the pictures: which of the job's rules decides, by what the
// package's classifiers say of the series.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/first_look.h"
#include "analysis/frame_segmenter.h"
#include "config/rules.h"
#include "dicom_sr/source.h"

namespace cmr {

struct PictureSorting {
  std::size_t stack = 0;  // that stands for the series: the one with the most images
  FirstLook look;
  RoutingDecision decision;
};

// What rules see of a look.
std::map<std::string, ClassifierAnswer> classifiedBy(const FirstLook& look);

// The place of the one that stands for a series: the one with the most images. stacks: at least
// one.
std::size_t largestStack(const std::vector<SeriesStack>& stacks);

// sorting: AnalysisRequest::sorting; stacks: at least one. Throws InputError when the document is
// none.
PictureSorting sortByPictures(const std::string& sorting, const std::vector<SeriesStack>& stacks,
                              FrameSegmenter& segmenter);

// Why the series is not analysed after all; "" when it is.
std::string whyLeftAlone(const PictureSorting& sorting);

}  // namespace cmr
