// The FrameSegmenter behind a model package: first look, then one pass over all frames.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"

namespace cmr {

struct InferenceSettings {
  std::string precision = "auto";                    // "auto", "float32", "bfloat16"
  int threads = 0;                                   // 0: as many as there are cores
  int batch = 8;                                     // frames per pass
  std::vector<std::string> reportExperimental = {};  // structures to turn on: site_release.h
  std::string device = "auto";                       // see chooseDevice
  std::vector<std::string> allowedScripts = {};      // SHA-256: script_permission.h
};

// Opens, checks and loads the package, runs its known-answer test. Throws PackageError;
// DeviceMemoryError where a GPU has no memory for it, ResourceError where the machine has none.
// What comes is SilentHeads too.
std::unique_ptr<FrameSegmenter> loadNetworkSegmenter(const std::string& packageFolder,
                                                     const InferenceSettings& settings = {});

}  // namespace cmr
