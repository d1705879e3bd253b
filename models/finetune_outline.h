// `cmr finetune --task seg_cine_sax --package P`: teaches the last block of the package's own
// segmentation head, where outlines are drawn, and writes a copy of the package. Backbone, first
// look and the heads beside it stay what they are, number by number.
#pragma once

#include <string>
#include <vector>

#include "models/finetune.h"

namespace cmr {

struct OutlineOptions {
  std::string package;          // stays as it is; size and spacing of the crops are the package's
  FinetuneOptions shared;       // of these: split, steps, batch, rates, seed, output and the like
  std::int64_t samples = 1600;  // changed crops, each read once
};

// Throws PackageError when another head of the package shares the last block, or there is none, and
// InputError when there is no frame to learn from or to choose by.
void finetuneOutline(const OutlineOptions& options, std::vector<TrainingFrame> frames);

}  // namespace cmr
