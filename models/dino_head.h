// The projection head of self-distillation: three linear layers with GELU between them, a
// bottleneck of length 1, and prototypes of length 1, so that a logit is a cosine.
// Source: Caron et al., ICCV 2021, and its published code (vision_transformer.py, DINOHead), whose
// parameter names are kept: mlp.0, mlp.2, mlp.4, last_layer.weight_v. Of the two forms there, the
// one with weight_g fixed at 1 (norm_last_layer) is taken.
#pragma once

#include <torch/torch.h>

#include "analysis/compute_precision.h"

namespace cmr {

struct DinoHeadGeometry {
  int inputWidth = 384;
  int hiddenWidth = 2048;
  int bottleneck = 256;
  int prototypes = 4096;
};

class DinoHeadImpl : public torch::nn::Module {
 public:
  explicit DinoHeadImpl(const DinoHeadGeometry& geometry);

  // features float32 [rows, inputWidth] -> cosines float32 [rows, prototypes]. The last product is
  // always taken in float32: at a teacher temperature of 0.04, bfloat16's steps near 1 would turn a
  // probability by a tenth.
  torch::Tensor forward(const torch::Tensor& features, ComputePrecision precision);

  torch::Tensor& prototypes() { return prototypes_; }  // last_layer.weight_v, of any length

 private:
  torch::nn::Linear first{nullptr}, second{nullptr}, third{nullptr};
  torch::Tensor prototypes_;  // [prototypes, bottleneck]
};
TORCH_MODULE(DinoHead);

}  // namespace cmr
