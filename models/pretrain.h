// `cmr pretrain`: teaches a backbone what the images of an archive have in common, without labels,
// and writes it to a file that `cmr finetune --backbone` starts from.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/pretrain_images.h"
#include "models/pretrainer.h"

namespace cmr {

struct PretrainOptions {
  DinoGeometry geometry;
  PretrainerOptions trainer;             // precision, folder and resume are taken from below
  MultiCropPlan plan;                    // its seed too
  std::vector<ProbeQuestion> questions;  // for nearest neighbours
  std::size_t probeImages = 128;
  std::uint64_t seed = 1;
  int threads = 0;
  std::string device = "auto";  // see chooseDevice
  std::string precision = "auto";
  std::string output;  // run folder: last.ckpt, log.jsonl, backbone.safetensors
  bool resume = false;
  GroupPlace place;     // of this process among several that train together
  std::string command;  // as typed, for the file
  // Called with the log's path after each look at the features, to draw its curves; may be empty.
  std::function<void(const std::string& logPath)> draw;
};

// Of the log's lines: balanced accuracy of one question.
std::string nearestNeighboursKey(const std::string& question);

// Progress goes to standard output, a machine-readable log to output/log.jsonl. Returns the path of
// the backbone; of several processes all but the first are silent and return "".
std::string pretrainBackbone(const PretrainOptions& options, PretrainImages& images);

}  // namespace cmr
