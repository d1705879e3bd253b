// A classification head of a package against labelled images: each as the first look takes it.
#pragma once

#include <string>
#include <vector>

#include "analysis/network_segmenter.h"
#include "models/classification_scores.h"
#include "models/labelled_images.h"

namespace cmr {

struct ClassifierEvaluation {
  std::string package;               // name and version
  std::vector<std::string> classes;  // of the task, in its order
  std::vector<ClassifiedImage> images;
};

// Labels are bits of the task's classes; an image of a class that the head does not know is never
// right. Throws PackageError when the package has no such head.
ClassifierEvaluation evaluateClassifier(const std::string& packageFolder, const std::string& task,
                                        const std::vector<LabelledImage>& images,
                                        const InferenceSettings& settings);

}  // namespace cmr
