// A backbone alone in a safetensors file, under the names of timm's VisionTransformer: what
// pretraining writes and fine-tuning starts from, and the form in which others publish theirs.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

namespace cmr {

// Float32, whole or not at all. Throws ResourceError.
void writeBackbone(const std::string& path, const torch::nn::Module& backbone,
                   const std::map<std::string, std::string>& metadata);

// Fills the backbone (a module with timm's names) from a file of ours, timm's or DINO's; the
// prefixes "module." and "backbone." are taken off. What has to be adapted is, and is said in the
// notes that come back: a position embedding of another grid is interpolated (bicubic), a patch
// embedding of three colours is added up for one channel of grey, a classifier (head.*, fc_norm.*)
// is left out. Throws PackageError naming what is missing, unknown, of another shape or no number;
// the backbone is then as it was.
std::vector<std::string> loadBackbone(const std::string& path, torch::nn::Module& backbone);

}  // namespace cmr
