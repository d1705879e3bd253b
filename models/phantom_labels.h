// Drawn images with the classes of `sequence`, `view`, `lge_presence` and `disease`: what real
// images are missing for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/labelled_images.h"

namespace cmr {

// `count` images. For `sequence` and `view` half of them are cines of the five views in turn, half
// the other sequences in turn, in whatever view: the same for both tasks but for the label. For
// `lge_presence` magnitude and phase-sensitive short axes in turn, of all diseases; an image shows
// enhancement when at least 20 mm2 of it are scar. For `disease` cines of one heart after the
// other, each at one phase in short axis, two and four chambers, of the five diseases in turn.
// Images of the latter two cut the left ventricle, and the place of what the service cuts its crops
// about is known. Every heart is a subject of its own. Throws InputError for another task.
std::vector<LabelledImage> drawLabelledImages(const std::string& task, int count,
                                              std::uint64_t seed);

}  // namespace cmr
