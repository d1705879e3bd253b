// A plain U-Net (Ronneberger et al., MICCAI 2015): the bar that the transformer has to clear,
// trained and measured by the same commands.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "analysis/dense_head.h"

namespace cmr {

struct UnetGeometry {
  std::vector<int> widths = {24, 48, 96, 192, 256};  // at 1/1, 1/2, 1/4, 1/8, 1/16
  int classes = 4;
};

class UnetImpl : public torch::nn::Module {
 public:
  explicit UnetImpl(const UnetGeometry& geometry);

  // Features at 1/1 ... 1/16 of images [batch, 1, rows, columns]; sides divisible by 16.
  std::vector<torch::Tensor> encode(const torch::Tensor& images, ComputePrecision precision);
  // Logits [batch, classes, rows, columns].
  torch::Tensor decode(const std::vector<torch::Tensor>& levels, ComputePrecision precision);

 private:
  std::vector<ConvBlock> down_, up_;
  torch::nn::Conv2d classify{nullptr};
};
TORCH_MODULE(Unet);

}  // namespace cmr
