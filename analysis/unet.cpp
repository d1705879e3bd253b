#include "analysis/unet.h"

#include <string>

namespace cmr {

UnetImpl::UnetImpl(const UnetGeometry& g) {
  int in = 1;
  for (std::size_t i = 0; i < g.widths.size(); ++i) {
    down_.push_back(register_module("down" + std::to_string(i), ConvBlock(in, g.widths[i])));
    in = g.widths[i];
  }
  for (std::size_t i = g.widths.size() - 1; i-- > 0;) {
    up_.push_back(
        register_module("up" + std::to_string(i), ConvBlock(in + g.widths[i], g.widths[i])));
    in = g.widths[i];
  }
  classify =
      register_module("classify", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, g.classes, 1)));
}

std::vector<torch::Tensor> UnetImpl::encode(const torch::Tensor& images,
                                            ComputePrecision precision) {
  std::vector<torch::Tensor> levels;
  torch::Tensor x = images;
  for (std::size_t i = 0; i < down_.size(); ++i) {
    x = down_[i](i == 0 ? x : torch::max_pool2d(x, 2), precision);
    levels.push_back(x);
  }
  return levels;
}

torch::Tensor UnetImpl::decode(const std::vector<torch::Tensor>& levels,
                               ComputePrecision precision) {
  torch::Tensor y = levels.back();
  for (std::size_t i = 0; i < up_.size(); ++i) {
    const torch::Tensor& skip = levels[levels.size() - 2 - i];
    y = up_[i](torch::cat({upsampleTwice(y), skip}, 1), precision);
  }
  return convIn(y, classify, ComputePrecision::float32);
}

}  // namespace cmr
