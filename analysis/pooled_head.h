// A classification head: the class token and the patch tokens of some layers of the backbone,
// pooled over the picture, and one linear layer.
//
// Every token is brought to mean 0 and variance 1 first (LayerNorm without parameters), so that
// layers of different scale weigh the same. Patches are pooled either to their mean (queries = 0)
// or by attention: each of the learned queries weighs them with a softmax over its scaled products
// with them, a single-head form without value projection of attention-based pooling (Ilse et al.,
// ICML 2018; the attentive probes of Bardes et al., V-JEPA, 2024).
#pragma once

#include <torch/torch.h>

#include <map>
#include <vector>

#include "analysis/vit.h"

namespace cmr {

struct PooledHeadGeometry {
  int tokenWidth = 384;
  std::vector<int> layers = {12};  // from 1
  int queries = 0;                 // per layer
  int classes = 2;
};

// One layer's tokens [batch, tokens, width] as classification heads read them: each of mean 0 and
// variance 1, in float32, the class token first. Throws PackageError when the layer is not there.
torch::Tensor standardisedLayer(const TokenLevels& tokens, int layer);

class PooledHeadImpl : public torch::nn::Module {
 public:
  explicit PooledHeadImpl(const PooledHeadGeometry& geometry);

  // tokens as VitImpl::forwardLevels gives them, the layers of the head among them.
  // Returns logits, float32 [batch, classes].
  torch::Tensor forward(const TokenLevels& tokens);

  // What the linear layer reads, float32 [batch, features].
  torch::Tensor pool(const TokenLevels& tokens);
  torch::Tensor classify(const torch::Tensor& pooled);

  const PooledHeadGeometry& geometry() const { return geometry_; }

 private:
  PooledHeadGeometry geometry_;
  torch::Tensor queries_;  // [layers, queries, tokenWidth]; undefined without queries
  torch::nn::Linear linear{nullptr};
};
TORCH_MODULE(PooledHead);

}  // namespace cmr
