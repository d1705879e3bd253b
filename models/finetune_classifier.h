// `cmr finetune --task sequence` and its like: trains a classification head on the frozen backbone
// of a package, measures it on subjects that it did not see, and adds it to a copy of the package.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/classifier_training.h"
#include "models/labelled_images.h"
#include "models/view_tokens.h"

namespace cmr {

struct ClassifierOptions {
  std::string task;
  std::string package;  // whose backbone is read; stays as it is
  std::vector<int> layers = {6, 12};
  int queries = 0;
  ViewOptions views;  // the look, and the spacing of crops, are those of task and package
  ClassifierTraining training;
  // Held out once, and the head that never saw them is the one that is written. Empty: every
  // subject of real images is held out in turn, and the head that is written saw all of them.
  std::vector<std::string> validationSubjects;
  int threads = 0;
  std::string device = "auto";  // see chooseDevice
  std::string precision = "auto";
  std::string tokens;          // file that keeps pooled tokens between runs; empty: none
  std::string output;          // run folder: figures, and the package
  std::string packageFolder;   // empty: output + "/package"
  std::string packageVersion;  // see PackageAddition
  std::string command;         // as typed, for the manifest
};

// Whether heads for the task see the whole field, or crops about the heart.
HeadLook lookFor(const std::string& task);

// Prints progress and figures; writes output/evaluation.json, output/series.csv and the package.
void finetuneClassifier(const ClassifierOptions& options, const std::vector<LabelledImage>& images);

}  // namespace cmr
