// Folders of PNG frames with masks: images/, endo/ and, where drawn, epi/ and rv/ (the right
// ventricle's cavity, filled; all 0 where the frame shows none), of the same names.
#pragma once

#include <string>
#include <vector>

#include "models/published_masks.h"
#include "models/training_frame.h"

namespace cmr {

// A frame's patient is its name up to "-IM-", and its whole name without that. spacingMm: of the
// frames, which carry none. Throws InputError naming the file that is missing, of another size, not
// a 0/255 mask, or a mask of no image.
std::vector<TrainingFrame> readPngFrames(const std::string& folder, double spacingMm,
                                         MaskEdges edges = MaskEdges::asStored);

// For whatever splits frames by patient: throws InputError naming a frame that tells no patient, as
// every such frame would be one, and a patient's frames come to lie on both sides.
void requirePatients(const std::vector<TrainingFrame>& frames);

}  // namespace cmr
