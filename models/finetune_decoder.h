// `cmr finetune --task seg_cine_lax` and its like: trains a dense head on the frozen backbone and
// decoder of a package, on drawn hearts, and adds it to a copy of the package. The head of the
// right ventricle (seg_cine_sax_rv) learns from real frames besides.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/decoder_training.h"

namespace cmr {

struct DecoderOptions {
  std::string task;
  std::string package;  // whose backbone and decoder are shared; stays as it is
  std::vector<std::string> ownBlocks = {"up2", "up1"};
  DecoderTraining training;  // size and spacing are the package's
  // Of seg_cine_sax_rv: frames to learn from, by patient, with the right ventricle known in some.
  std::vector<TrainingFrame> frames;
  std::vector<std::string> validationPatients;
  std::vector<std::string> excludedPatients;
  bool nonExpert = false;  // the outlines of the right ventricle are no expert's
  int threads = 0;
  std::string device = "auto";
  std::string precision = "auto";
  std::string output;          // run folder: checkpoints, log.jsonl, evaluation.json, the package
  std::string packageFolder;   // empty: output + "/package"
  std::string packageVersion;  // see PackageAddition
  std::string command;         // as typed, for the manifest
};

// What drawn hearts alone taught: release "off" and evidence "phantom" for all of it. What real
// frames taught besides has evidence "both", or "non-expert", and stays "off" until its manifest
// says otherwise. Throws PackageError and InputError.
void finetuneDecoder(const DecoderOptions& options);

// A head that was not trained yet: classes, codes, what it applies to, and how it shares.
HeadDescription describeDecoder(const std::string& task, const std::vector<std::string>& ownBlocks);

}  // namespace cmr
