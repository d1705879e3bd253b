// Drawn images with the classes of `sequence` and `view`: what real images are missing for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/labelled_images.h"

namespace cmr {

// `count` images, half of them cines of the five views in turn, half of the other sequences in
// turn, in whatever view. The same for both tasks but for the label. Every image is another person:
// a subject of its own. Throws InputError for another task.
std::vector<LabelledImage> drawLabelledImages(const std::string& task, int count,
                                              std::uint64_t seed);

}  // namespace cmr
