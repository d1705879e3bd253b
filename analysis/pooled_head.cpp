#include "analysis/pooled_head.h"

#include <cmath>
#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr double normEpsilon = 1e-6;

}  // namespace

torch::Tensor standardisedLayer(const TokenLevels& tokens, int layer) {
  const auto found = tokens.find(layer);
  if (found == tokens.end()) {
    throw PackageError("a pooled head reads layer " + std::to_string(layer) +
                       ", which it was not given");
  }
  const torch::Tensor& level = found->second;
  return torch::layer_norm(level.to(torch::kFloat32), {level.size(-1)}, {}, {}, normEpsilon);
}

PooledHeadImpl::PooledHeadImpl(const PooledHeadGeometry& g) : geometry_(g) {
  const auto layers = static_cast<int>(g.layers.size());
  if (layers == 0 || g.classes < 2) {
    throw PackageError("a pooled head needs a layer to read and two classes");
  }
  if (g.queries > 0) {
    queries_ =
        register_parameter("queries", torch::randn({layers, g.queries, g.tokenWidth}) * 0.02);
  }
  const int pooledPerLayer = 1 + (g.queries > 0 ? g.queries : 1);
  linear = register_module("linear",
                           torch::nn::Linear(layers * pooledPerLayer * g.tokenWidth, g.classes));
  const torch::NoGradGuard guard;
  linear->weight.normal_(0.0, 0.01);
  linear->bias.zero_();
}

torch::Tensor PooledHeadImpl::pool(const TokenLevels& tokens) {
  std::vector<torch::Tensor> parts;
  for (std::size_t i = 0; i < geometry_.layers.size(); ++i) {
    const torch::Tensor level = standardisedLayer(tokens, geometry_.layers[i]);
    const torch::Tensor patches = level.slice(1, 1);
    parts.push_back(level.select(1, 0));
    if (geometry_.queries == 0) {
      parts.push_back(patches.mean(1));
      continue;
    }
    const torch::Tensor query = queries_[static_cast<std::int64_t>(i)];
    const double scale = 1.0 / std::sqrt(static_cast<double>(geometry_.tokenWidth));
    const torch::Tensor weights =
        torch::softmax(torch::matmul(patches, query.t()) * scale, 1);  // [batch, patches, queries]
    parts.push_back(torch::matmul(weights.transpose(1, 2), patches).flatten(1));
  }
  return torch::cat(parts, 1);
}

torch::Tensor PooledHeadImpl::classify(const torch::Tensor& pooled) {
  return torch::nn::functional::linear(pooled, linear->weight.to(torch::kFloat32), linear->bias);
}

torch::Tensor PooledHeadImpl::forward(const TokenLevels& tokens) { return classify(pool(tokens)); }

}  // namespace cmr
