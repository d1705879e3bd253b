// Which numbers of the report stand beside which outline, and under which names.
//
// OHIF 3.13.2 (extensions/cornerstone-dicom-sr) writes beside an outline the first five NUM items
// of its measurement group as "code meaning: value unit", always at the same place to the right of
// the outline: text of two outlines on one image lies over each other, and a long name leaves the
// window. So at most one outline of an image has numbers, five at most where that is possible, the
// most important ones come first, and their names are short. An outline without numbers is drawn
// all the same.
#pragma once

#include <cstddef>
#include <vector>

#include "dicom_sr/report_contours.h"

namespace cmr {

inline constexpr std::size_t numbersPerOutline = 5;

struct OutlineNumbers {
  std::size_t contour = 0;                       // index into the contours
  std::vector<const Measurement*> measurements;  // the most important first
  bool hasArea = false;                          // of what the outline encloses; after the others
};

// One entry per contour, in the order in which a viewer walks through the report: first those with
// measurements. The left ventricle's are on its endocardium, on the key slice at ED, then at ES,
// then on the slices beside it at ED; the right one's on its outline, on an image of its own
// where there is one, after the ten most important of the left. Numbers by segment come last, each
// on an image of its own phase where there is one. Every measurement that is released and has a
// value is there exactly once unless there is no contour at all. They point into the analysis.
std::vector<OutlineNumbers> placeNumbers(const std::vector<ReportContour>& contours,
                                         const SaxAnalysis& analysis);

// Every measurement that is released and has a value, the most important first. They point into the
// analysis.
std::vector<const Measurement*> reportedNumbers(const SaxAnalysis& analysis);

// The property under the abbreviation that readers know ("LV EDV"); PS3.3 8.3: only value and
// scheme identify a code, its meaning is for people.
Code shortConcept(const Measurement& measurement);

}  // namespace cmr
