// What `cmr finetune` asks for a head that shares a decoder.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "models/finetune.h"
#include "models/finetune_decoder.h"

namespace cmr {

struct DecoderArguments {
  bool phantoms = false;
  std::vector<std::string> ownBlocks = {"up2", "up1"};
  int validationPhantoms = 64;
  bool nonExpert = false;
};

void addDecoderOptions(CLI::App& command, DecoderArguments& a);

// Steps, crops, rate, seed, threads, precision, resume and output are shared with seg_cine_sax.
// frames: of seg_cine_sax_rv. Throws InputError when the drawn hearts, the only thing that the
// other heads learn from, are not asked for.
DecoderOptions decoderOptions(const std::string& task, const std::string& package,
                              const FinetuneOptions& shared, const DecoderArguments& a,
                              std::vector<TrainingFrame> frames);

}  // namespace cmr
