#include "models/dino_head.h"

#include <cmath>

namespace cmr {
namespace {

struct NamedGroupImpl : torch::nn::Module {};

torch::Tensor ofUnitLength(const torch::Tensor& rows) {
  namespace F = torch::nn::functional;
  return F::normalize(rows, F::NormalizeFuncOptions().dim(1));
}

torch::Tensor geluInFloat(const torch::Tensor& x) { return torch::gelu(x.to(torch::kFloat32)); }

}  // namespace

DinoHeadImpl::DinoHeadImpl(const DinoHeadGeometry& g) {
  const auto mlp = register_module("mlp", std::make_shared<NamedGroupImpl>());
  first = mlp->register_module("0", torch::nn::Linear(g.inputWidth, g.hiddenWidth));
  second = mlp->register_module("2", torch::nn::Linear(g.hiddenWidth, g.hiddenWidth));
  third = mlp->register_module("4", torch::nn::Linear(g.hiddenWidth, g.bottleneck));
  const torch::NoGradGuard guard;
  for (auto& item : named_parameters()) {
    torch::Tensor& p = item.value();
    p.dim() == 2 ? p.normal_(0.0, 0.02).clamp_(-0.04, 0.04) : p.zero_();
  }
  const auto last = register_module("last_layer", std::make_shared<NamedGroupImpl>());
  const double bound = 1 / std::sqrt(static_cast<double>(g.bottleneck));
  prototypes_ = last->register_parameter(
      "weight_v", torch::empty({g.prototypes, g.bottleneck}).uniform_(-bound, bound));
}

torch::Tensor DinoHeadImpl::forward(const torch::Tensor& features, ComputePrecision precision) {
  const torch::Tensor hidden =
      geluInFloat(linearIn(geluInFloat(linearIn(features, first, precision)), second, precision));
  const torch::Tensor bottleneck = linearIn(hidden, third, precision).to(torch::kFloat32);
  return torch::linear(ofUnitLength(bottleneck), ofUnitLength(prototypes_));
}

}  // namespace cmr
