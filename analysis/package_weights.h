// Between a network and the safetensors shards of a package.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "analysis/model_package.h"
#include "analysis/network.h"
#include "analysis/safetensors.h"

namespace cmr {

// Writes the parameters in bfloat16: the backbone under timm's own names in backbone-N.safetensors,
// everything else in heads.safetensors; no shard above 16 MiB. Returns the files written.
std::vector<PackageFile> writeWeights(const Network& network, const std::string& folder);

// The package's network in float32, in eval mode; what belongs to heads beside it is left alone.
// Throws PackageError when a tensor is missing, superfluous, of another shape, or holds what is no
// finite number.
Network readWeights(const ModelPackage& package);

// The tensors "<owner>.<name>" outside of the backbone's files, by <name>, in float32. Throws
// PackageError for what is no finite number.
std::map<std::string, torch::Tensor> readTensors(const ModelPackage& package,
                                                 const std::string& owner);
// All tensors of one file, each in its own type.
std::map<std::string, torch::Tensor> tensorsOf(const SafetensorsFile& file);
// Gives a module exactly these values. `what` for messages. Throws PackageError as readWeights.
void fillParameters(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                    const std::string& what);

// A synthetic image, [1, 1, size, size].
torch::Tensor knownAnswerImage(int size);
// Logits [outputs, size, size] of that image at fixed places: blood, ring and surroundings.
std::vector<double> knownAnswerPlaces(const torch::Tensor& logits);
// Logits of a fixed synthetic image at fixed places; stored in the manifest, compared at load.
std::vector<double> knownAnswerLogits(Network& network, int size, ComputePrecision precision);
// Throws PackageError when the answer differs by more than the tolerance.
void checkKnownAnswer(Network& network, const ModelPackage& package, ComputePrecision precision);

}  // namespace cmr
