// Adds heads to a copy of a model package, whose other files stay byte for byte what they are.
#pragma once

#include <torch/torch.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/head_description.h"

namespace cmr {

struct PackageAddition {
  std::string version;  // of the new package; empty: the old one's with the minor raised
  // "<task>.<name>" or "unlike_training.<name>", stored in their own type (float32 or bfloat16).
  std::map<std::string, torch::Tensor> tensors;
  // By task; the known answer is filled in, with the tolerance that a classification head asks for.
  std::map<std::string, HeadDescription> heads;
  nlohmann::json training;  // by task: command, seed, subjects; merged into "training.heads"
  nlohmann::json measured;  // by task: what is stated of a head, also of one that is there; or null
  nlohmann::json unlikeTraining;  // statistics of features, see unlike_training.h; or null
};

// Copies the package `from` to the folder `to` (which holds no package yet, or is `from` itself),
// writes the tensors to a new shard heads-N.safetensors and the manifest last. A head that is there
// already is replaced. Throws PackageError for a package that cannot be opened or extended and
// ResourceError when the disk gives out.
// The version of the new package is returned.
std::string extendPackage(const std::string& from, const std::string& to,
                          const PackageAddition& addition);

// "1.2.3" -> "1.3.0".
std::string nextMinorVersion(const std::string& version);

}  // namespace cmr
