// Numbers by AHA segment, as pictures want them.
#pragma once

#include <vector>

#include "analysis/sax_analysis.h"
#include "dicom_sr/page_bullseye.h"

namespace cmr {

// Of the measurements that may be reported: T1 ("t1.segment.<n>", "t1post.segment.<n>"), T2
// ("t2.segment.<n>"), extracellular volume ("ecv.segment.<n>"), late enhancement
// ("lge.segment.<n>.percent", ".transmurality") and thickness ("lv.wall.segment.<n>.ed", ".es",
// ".thickening"), each where at least one segment has a value, and with the apex, which never has
// one; the scales are fixed, so that pictures of different hearts can be compared.
std::vector<SegmentValues> segmentValues(const SaxAnalysis& analysis);

}  // namespace cmr
