#include "analysis/compute_precision.h"

namespace cmr {
namespace {

template <typename Layer>
void convertLayer(Layer& layer, ComputePrecision precision) {
  layer.weight.set_data(toCompute(layer.weight, precision));
  if (layer.bias.defined()) {
    layer.bias.set_data(toCompute(layer.bias, precision));
  }
}

}  // namespace

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
  const torch::Tensor y = F::detail::conv2d(toCompute(x.to(layer->weight.device()), precision),
                                            toCompute(layer->weight, precision), bias, o.stride(),
                                            o.padding(), o.dilation(), o.groups());
  return y.to(torch::kFloat32);
}

void holdWeightsIn(torch::nn::Module& module, ComputePrecision precision) {
  const torch::NoGradGuard guard;
  for (const auto& part : module.modules()) {
    if (auto* linear = part->as<torch::nn::Linear>()) {
      convertLayer(*linear, precision);
    } else if (auto* convolution = part->as<torch::nn::Conv2d>()) {
      convertLayer(*convolution, precision);
    } else if (auto* norm = part->as<torch::nn::LayerNorm>(); norm && norm->weight.is_cuda()) {
      convertLayer(*norm, precision);  // of tokens, which a GPU reads in the compute type
    }
  }
}

}  // namespace cmr
