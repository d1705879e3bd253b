// One DICOM instance to the images in it, with everything that grouping needs to know of each.
#pragma once

#include <vector>

#include "dicom_sr/frame_facts.h"
#include "dicom_sr/read_series.h"

namespace cmr {

// Single-frame and enhanced multi-frame MR. Throws VerdictError naming what is wrong.
std::vector<FrameFacts> readInstance(const InstanceBytes& instance, const ReadLimits& limits);

}  // namespace cmr
