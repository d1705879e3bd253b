// Functional groups of enhanced multi-frame MR (PS3.3 C.7.6.16), read directly from the sequences.
#pragma once

#include <vector>

#include "dicom_sr/frame_facts.h"

class DcmDataset;

namespace cmr {

struct Rescale {
  double slope = 1;
  double intercept = 0;
};

struct EnhancedFrame {
  FrameFacts facts;  // geometry, timing and order keys; pixels are filled by the caller
  Rescale rescale;
};

// One entry per frame, shared groups overlaid with the per-frame ones. Throws VerdictError
// ("missing-geometry") when a frame does not say where it lies.
std::vector<EnhancedFrame> readEnhancedFrames(DcmDataset& dataset, int frames,
                                              const FrameFacts& common);

// Fills plane and the verbatim strings of source from the three attributes' values. Throws
// VerdictError when they are absent or make no plane.
void fillPlane(FrameFacts& facts, const std::string& position, const std::string& orientation,
               const std::string& spacing);

}  // namespace cmr
