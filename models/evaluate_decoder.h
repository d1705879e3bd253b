// A dense head of a package on drawn hearts that its training never drew.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/network_segmenter.h"
#include "models/decoder_scores.h"

namespace cmr {

struct DecoderEvaluation {
  std::string package;  // name and version
  HeadDescription head;
  DecoderScores scores;
};

// The same seed draws the same hearts. Throws PackageError when the package has no such head.
DecoderEvaluation evaluateDecoder(const std::string& packageFolder, const std::string& task,
                                  int phantoms, std::uint64_t seed,
                                  const InferenceSettings& settings);

}  // namespace cmr
