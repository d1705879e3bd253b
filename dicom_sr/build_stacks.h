// From a heap of images to stacks [slice][phase].
#pragma once

#include <vector>

#include "dicom_sr/frame_facts.h"
#include "dicom_sr/source.h"

namespace cmr {

// Frames that share study, frame of reference, matrix, spacing, orientation and kind of content and
// lie in one series, or in one series per slice, become one stack each; what makes no full grid
// gets a verdict and no stack. The result does not depend on the order of the frames given.
ReadResult buildStacks(std::vector<FrameFacts> frames);

}  // namespace cmr
