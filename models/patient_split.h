// Frames to learn from and frames to choose by, apart by patient: two frames of one heart are
// nearly the same picture.
#pragma once

#include <string>
#include <vector>

#include "models/training_frame.h"

namespace cmr {

struct PatientSplit {
  std::vector<TrainingFrame> training;
  std::vector<TrainingFrame> validation;
};

// Frames of excluded patients go nowhere. Throws InputError naming a patient of the two lists whom
// no frame belongs to.
PatientSplit splitByPatient(std::vector<TrainingFrame> frames,
                            const std::vector<std::string>& validationPatients,
                            const std::vector<std::string>& excludedPatients);

}  // namespace cmr
