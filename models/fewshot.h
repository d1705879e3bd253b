// `cmr fewshot`: what a start is worth when few patients are labelled. Every arm learns from the
// same patients, as many steps, and is measured on the same other patients.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/fewshot_plan.h"
#include "models/fewshot_report.h"
#include "models/training_frame.h"

namespace cmr {

struct FewshotOptions {
  std::string task = "seg_cine_sax";
  // The frames are drawn hearts (models/phantom_frames.h), which the tables then say.
  bool drawn = false;
  std::vector<FewshotArm> arms;
  std::vector<std::string> sizes;  // as fewshotSizes takes them
  int draws = 5;
  std::vector<std::string> excludedPatients;  // of the training frames
  std::string architecture = "vit-s8";        // or "tokens"; of all arms but the U-Net
  std::int64_t steps = 500;
  int crops = 8;
  double learningRate = 5e-4;
  int size = 128;
  double spacingMm = 1.33;
  std::uint64_t seed = 1;
  int threads = 0;
  std::string device = "auto";  // see chooseDevice
  std::string precision = "auto";
  std::string output;   // run folder: cells.jsonl, and a network while it is trained
  std::string command;  // as typed
  std::string maskEdges = "stored";
};

// Called at the start and after every training, so that a run can be read while it goes on.
using FewshotReader = std::function<void(const FewshotReport&)>;

// Trains and measures the cells that output/cells.jsonl does not hold yet. Progress goes to
// standard output. Throws InputError when a test patient is among the training patients or among
// those that a package learned from, when cells.jsonl was begun with other settings, or when a loss
// is no longer a number, naming the cell.
void fewshot(const FewshotOptions& options, std::vector<TrainingFrame> training,
             const std::vector<TrainingFrame>& test, const FewshotReader& reader);

}  // namespace cmr
