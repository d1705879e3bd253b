// What nearest neighbours are asked while a backbone is pretrained: pictures whose labels are
// known.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/labelled_images.h"
#include "models/training_frame.h"

namespace cmr {

// Pictures are kept as the network sees them, size * size floats each, since they are looked at
// many times.
struct ProbeQuestion {
  std::string name;                       // "phase", or a task
  std::vector<std::vector<float>> views;  // normalised as at inference
  std::vector<int> labels;                // one per view, from 0
  std::vector<std::string> patients;      // one per view
  std::size_t withoutOneLabel = 0;        // left out: several labels are possible, or none is known
  std::vector<std::string> ofOnePatient;  // left out: labels that no other patient has
};

// End diastole or end systole, of crops about the left ventricle. Throws InputError when no frame
// says its phase.
ProbeQuestion phaseQuestion(const std::vector<TrainingFrame>& frames, double spacingMm, int size);

// Which of the task's classes, of the whole picture. Throws InputError naming the task when fewer
// than two classes are left.
ProbeQuestion classQuestion(const std::string& task, const std::vector<LabelledImage>& images,
                            int size);

}  // namespace cmr
