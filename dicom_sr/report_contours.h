// The contours that the report shows, one measurement group each.
#pragma once

#include <string>
#include <vector>

#include "dicom_sr/key_segments.h"
#include "dicom_sr/source.h"

namespace cmr {

struct ReportContour {
  KeySegment segment;
  int slice = 0;
  std::string label;        // "LV epicardium ED, slice 4": the tracking identifier
  std::string trackingKey;  // under which outputUid gives the tracking UID
  std::vector<float> columnsAndRows;
  double areaMm2 = 0;
};

// Outlines of LV cavity (endocardium), LV cavity with myocardium (epicardium) and RV cavity on
// every slice at ED and at ES. The largest contour of each segment carries the tracking UID of that
// segment in the SEG, which ties report and segmentation together; at ED the LV endocardium does so
// on the key slice.
std::vector<ReportContour> reportContours(const SeriesStack& source, const SaxAnalysis& analysis);

}  // namespace cmr
