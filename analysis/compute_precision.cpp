#include "analysis/compute_precision.h"

namespace cmr {

torch::Tensor toCompute(const torch::Tensor& x, ComputePrecision precision) {
  return x.to(precision == ComputePrecision::bfloat16 ? torch::kBFloat16 : torch::kFloat32);
}

torch::Tensor linearIn(const torch::Tensor& x, const torch::nn::Linear& layer,
                       ComputePrecision precision) {
  const torch::Tensor bias =
      layer->bias.defined() ? toCompute(layer->bias, precision) : layer->bias;
  return torch::linear(toCompute(x, precision), toCompute(layer->weight, precision), bias);
}

torch::Tensor convIn(const torch::Tensor& x, const torch::nn::Conv2d& layer,
                     ComputePrecision precision) {
  namespace F = torch::nn::functional;
  const auto& o = layer->options;
  const torch::Tensor bias =
      layer->bias.defined() ? toCompute(layer->bias, precision) : layer->bias;
  const torch::Tensor y =
      F::detail::conv2d(toCompute(x, precision), toCompute(layer->weight, precision), bias,
                        o.stride(), o.padding(), o.dilation(), o.groups());
  return y.to(torch::kFloat32);
}

}  // namespace cmr
