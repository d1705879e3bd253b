// One series per slice: what scanners write so, put together again, and one run only.
#pragma once

#include <vector>

#include "dicom_sr/frame_buckets.h"
#include "dicom_sr/verdict.h"

namespace cmr {

// Single slices of one geometry that may share a stack are joined. Where places come more than
// once:
// - of complete runs (in the order of acquisition time, else of Series Number) the last one; other
//   complete ones are left out with the verdict "repeated-acquisition";
// - of single slices that were taken again, a third of the places at most, the last take; the
// others
//   stay apart, which is noted;
// - else, and where nothing tells the order, all of them get that verdict and no stack.
std::vector<Bucket> mergeSingleSlices(std::vector<Bucket> buckets, std::vector<Verdict>& verdicts);

}  // namespace cmr
