// What a model package's classifiers say of the series of a folder, for rules that ask for it: the
// same look that a job takes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/network_segmenter.h"
#include "config/rules.h"
#include "dicom_sr/series_headers.h"

namespace cmr {

// A series whose rules wait for its pictures.
struct SeriesToLookAt {
  const SeriesHeader* header = nullptr;
  std::string rule;  // RoutingDecision::rule
};

struct PictureLook {
  std::map<std::string, ClassifierAnswer> classified;
  std::string why;  // not empty: there is nothing to look at, and why
};

// By SeriesInstanceUID. Series of a single slice that form one stack are looked at together, as
// they are one job. Throws what loading the package and reading files throws.
std::map<std::string, PictureLook> lookAtPictures(const std::vector<SeriesToLookAt>& series,
                                                  FrameSegmenter& segmenter);

}  // namespace cmr
