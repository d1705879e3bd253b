// One series per slice: what scanners write so, put together again.
#pragma once

#include <vector>

#include "dicom_sr/frame_buckets.h"

namespace cmr {

std::vector<Bucket> mergeSingleSlices(std::vector<Bucket> buckets);

}  // namespace cmr
