// Where training frames come from, chosen by what a folder holds.
#pragma once

#include <vector>

#include "models/finetune.h"
#include "models/training_frame.h"

namespace cmr {

// PNG frames with masks, or DICOM with contours where this build can read DICOM. Throws InputError
// naming the folder and what it lacks.
std::vector<TrainingFrame> readTrainingSources(const std::vector<LabelledFolder>& sources);

}  // namespace cmr
