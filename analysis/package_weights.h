// Between a network and the safetensors shards of a package.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "analysis/model_package.h"
#include "analysis/network.h"

namespace cmr {

// Writes the parameters in bfloat16: the backbone under timm's own names in backbone-N.safetensors,
// everything else in heads.safetensors; no shard above 16 MiB. Returns the files written.
std::vector<PackageFile> writeWeights(const Network& network, const std::string& folder);

// The package's network in float32, in eval mode. Throws PackageError when a tensor is missing,
// superfluous, of another shape, or holds what is no finite number.
Network readWeights(const ModelPackage& package);

// Logits of a fixed synthetic image at fixed places; stored in the manifest, compared at load.
std::vector<double> knownAnswerLogits(Network& network, int size, ComputePrecision precision);
// Throws PackageError when the answer differs by more than the tolerance.
void checkKnownAnswer(Network& network, const ModelPackage& package, ComputePrecision precision);

}  // namespace cmr
