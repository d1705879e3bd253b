// Adds heads to a copy of a model package, whose other files stay byte for byte what they are.
#pragma once

#include <torch/torch.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/head_description.h"
#include "analysis/model_package.h"

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

// To be asked before hours of training: whether a package can be written to `to`, which is made.
// One that is there already is refused, unless it is `from` itself or that of the run that goes on
// (`resumed`, which a folder that somebody named never is): such a one is taken out of service, and
// lasts as files that no manifest names. Throws PackageError, and ResourceError where nothing can
// be written.
void prepareTarget(const std::string& from, const std::string& to, bool resumed);

// Copies the package `from` to the folder `to` (which holds no package yet, or is `from` itself),
// writes the tensors to a new shard heads-N.safetensors and the manifest last. A head that is there
// already is replaced. Throws PackageError for a package that cannot be opened or extended and
// ResourceError when the disk gives out.
// The version of the new package is returned.
std::string extendPackage(const std::string& from, const std::string& to,
                          const PackageAddition& addition);

// Other values of the last block and output layer of the package's own segmentation head.
struct OwnHeadChange {
  std::map<std::string, torch::Tensor> tensors;  // "seg_cine_sax.up1.*", "seg_cine_sax.classify.*"
  nlohmann::json training;    // command, seed, patients; becomes "training.heads.seg_cine_sax"
  nlohmann::json validation;  // merged into "metrics.validation"
  // What the right ventricle was taught by, where its outlines were among the frames; empty: as
  // before.
  std::string rightVentricleEvidence = {};
};

// Throws PackageError where a head beside the network's own shares its last block, and would be
// changed with it.
void requireOwnLastBlock(const ModelPackage& package);

// As extendPackage: a copy in which these tensors have other values. The file that holds them is
// written anew; all others, and all other tensors of it, stay byte for byte what they are.
// The known answer is computed again. Throws PackageError besides for a tensor that the package
// does not hold.
std::string changeOwnHead(const std::string& from, const std::string& to,
                          const OwnHeadChange& change, const std::string& version);

// The head or other part that a tensor belongs to: "landmarks.classify.bias" -> "landmarks".
std::string ownerOf(const std::string& tensor);

// "1.2.3" -> "1.3.0".
std::string nextMinorVersion(const std::string& version);

}  // namespace cmr
