// Where the heart lies in labelled images: found by the network itself, as the service finds it.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "models/labelled_images.h"

namespace cmr {

// The images with LabelledImage::heart filled: real images of a series are searched together, and
// each is placed on the cavity that is then seen in it, or on the middle of the heart's axis; those
// of a long axis, each by itself, on the middle of all that seg_cine_lax outlines.
// Images in which no heart is found are left out. `report` is told how many are done. Throws
// InputError for an image that tells no pixel spacing, and when none is left.
std::vector<LabelledImage> withHearts(std::vector<LabelledImage> images, FrameSegmenter& segmenter,
                                      const std::function<void(std::size_t)>& report = {});

}  // namespace cmr
