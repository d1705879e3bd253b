#include "models/dino_network.h"

namespace cmr {

DinoNetworkImpl::DinoNetworkImpl(const DinoGeometry& g) {
  DinoHeadGeometry head = g.head;
  head.inputWidth = g.vit.width;
  backbone_ = register_module("backbone", Vit(g.vit, g.dropPath));
  head_ = register_module("head", DinoHead(head));
  if (g.patches) {
    patchHead_ = register_module("patch_head", DinoHead(head));
    maskPatch_ = register_parameter(
        "mask_patch", torch::zeros({1, g.vit.inputChannels, g.vit.patchSize, g.vit.patchSize}));
  }
}

torch::Tensor DinoNetworkImpl::hide(const torch::Tensor& images, const torch::Tensor& masks) const {
  const std::int64_t patch = backbone_->geometry().patchSize;
  const std::int64_t rows = images.size(2) / patch;
  const std::int64_t columns = images.size(3) / patch;
  const torch::Tensor pixels = masks.reshape({images.size(0), 1, rows, columns})
                                   .repeat_interleave(patch, 2)
                                   .repeat_interleave(patch, 3);
  return torch::where(pixels, maskPatch_.repeat({1, 1, rows, columns}), images);
}

DinoFeatures DinoNetworkImpl::features(const torch::Tensor& images, const torch::Tensor& masks,
                                       bool hidden, ComputePrecision precision) {
  const bool masked = masks.defined();
  const torch::Tensor tokens =
      backbone_->forwardTokens(masked && hidden ? hide(images, masks) : images, precision);
  DinoFeatures features;
  features.classToken = tokens.select(1, 0);
  if (masked) {
    features.maskedTokens =
        tokens.slice(1, 1).reshape({-1, tokens.size(2)}).index({masks.reshape({-1})});
  }
  return features;
}

torch::Tensor DinoNetworkImpl::classLogits(const torch::Tensor& rows, ComputePrecision precision) {
  return head_(rows, precision);
}

torch::Tensor DinoNetworkImpl::patchLogits(const torch::Tensor& rows, ComputePrecision precision) {
  return patchHead_(rows, precision);
}

std::vector<torch::Tensor> DinoNetworkImpl::prototypes() {
  std::vector<torch::Tensor> all{head_->prototypes()};
  if (patchHead_) {
    all.push_back(patchHead_->prototypes());
  }
  return all;
}

}  // namespace cmr
