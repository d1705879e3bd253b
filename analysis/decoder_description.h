// What a manifest says of a head that shares the decoder of seg_cine_sax: the "network" of its
// entry. Plain data, no LibTorch.
//
//   "network": {
//     "decoder": "seg_cine_sax",              whose convolutions it shares
//     "ownBlocks": ["up2", "up1"],            blocks with convolutions of their own
//     "windows": {"t1_map": [0, 2000]}        milliseconds that become 0 and 1; other sequences are
//   }                                         normalised by the percentiles of "input"
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/frame_sampling.h"

namespace cmr {

struct DecoderDescription {
  std::vector<std::string> ownBlocks;
  std::map<std::string, FixedWindow> windows;  // by class of the task `sequence`

  // How an image of this sequence is brought to the head.
  IntensityWindow windowFor(const std::string& sequence, const IntensityWindow& percentiles) const;
};

// Throws PackageError naming head and fault: another decoder than seg_cine_sax, a block that no
// decoder has, a sequence that is none, a window that is none.
DecoderDescription decoderFromJson(const nlohmann::json& network, const std::string& task);
nlohmann::json decoderToJson(const DecoderDescription& decoder);

}  // namespace cmr
