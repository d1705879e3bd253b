// What self-distillation trains: a backbone with its projection heads. Student and teacher are two
// of these with the same parameters in the same order.
#pragma once

#include <torch/torch.h>

#include "analysis/vit.h"
#include "models/dino_head.h"

namespace cmr {

struct DinoGeometry {
  VitGeometry vit;
  DinoHeadGeometry head;  // inputWidth is the backbone's
  bool patches = false;   // with a head for masked patches beside the class token's
  double dropPath = 0;    // the student's
};

struct DinoFeatures {
  torch::Tensor classToken;    // [images, width], after the backbone's final norm
  torch::Tensor maskedTokens;  // [masked patches, width], in the order of images and patches;
                               // undefined without masks
};

class DinoNetworkImpl : public torch::nn::Module {
 public:
  explicit DinoNetworkImpl(const DinoGeometry& geometry);

  // images: float32 [images, 1, side, side]. masks: bool [images, patches], or undefined.
  // hidden: whether the masked patches are replaced by the learned mask patch (the student), or
  // only picked out (the teacher). The mask patch is one of pixels, so that the backbone needs no
  // parameter that timm's has not; its token is the patch embedding of it.
  DinoFeatures features(const torch::Tensor& images, const torch::Tensor& masks, bool hidden,
                        ComputePrecision precision);
  // Rows of class-token or patch features -> logits [rows, prototypes].
  torch::Tensor classLogits(const torch::Tensor& rows, ComputePrecision precision);
  torch::Tensor patchLogits(const torch::Tensor& rows, ComputePrecision precision);

  Vit& backbone() { return backbone_; }
  // The prototypes of all heads, which are frozen at first.
  std::vector<torch::Tensor> prototypes();

 private:
  torch::Tensor hide(const torch::Tensor& images, const torch::Tensor& masks) const;

  Vit backbone_{nullptr};
  DinoHead head_{nullptr};
  DinoHead patchHead_{nullptr};  // empty when patches are not asked for
  torch::Tensor maskPatch_;      // [1, channels, patch, patch]; likewise
};
TORCH_MODULE(DinoNetwork);

}  // namespace cmr
