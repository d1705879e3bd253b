// A model package: a folder with manifest.json and weights in safetensors shards. Everything is
// checked before it is used: schema, program version, the size and SHA-256 of every file.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/frame_sampling.h"
#include "analysis/frame_segmenter.h"
#include "analysis/head_description.h"

namespace cmr {

struct PackageFile {
  std::string path;  // relative to the folder, no ".." and no leading "/"
  std::string sha256;
  std::uintmax_t bytes = 0;
};

// How images are brought to the network: the same for training and inference.
struct InputGeometry {
  double spacingMm = 1.33;
  int size = 128;  // of the crop and of the picture of the whole field, pixels
  IntensityWindow window;
};

// A known answer, computed again at every load: a drift of library, processor or file shows here.
struct KnownAnswer {
  double tolerance = 0;
  std::vector<double> logits;  // see knownAnswerLogits in package_weights.h
};

struct ModelPackage {
  std::string folder;
  nlohmann::json manifest;
  PackageIdentity identity;  // device and precision are filled by whoever runs it
  InputGeometry input;
  KnownAnswer knownAnswer;
  std::map<std::string, HeadDescription> heads;  // by task, seg_cine_sax among them
  std::vector<PackageFile> files;
};

inline constexpr int packageSchemaVersion = 1;

// Reads and checks the manifest and every file's hash. Throws PackageError naming the file and
// what is wrong with it.
ModelPackage openPackage(const std::string& folder);

}  // namespace cmr
