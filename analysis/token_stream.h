// The tokens of a transformer on their way through its blocks: what the blocks add to them, and
// their layer normalisation. A branch is added only when the sum is read, so that on a GPU sum and
// norm are one kernel (add_then_norm.cu): LibTorch's two move every token through memory twice.
#pragma once

#include <torch/torch.h>

#include <utility>

namespace cmr {

class TokenStream {
 public:
  // [batch, tokens, width]; never written to.
  explicit TokenStream(torch::Tensor tokens) : tokens_(std::move(tokens)) {}

  void add(const torch::Tensor& branch);

  // The layer normalisation of the sum; sums and variances are float32 inside whatever the tokens
  // are.
  torch::Tensor normed(const torch::nn::LayerNorm& norm);

  torch::Tensor sum();

 private:
  torch::Tensor tokens_;
  torch::Tensor waiting_;  // not added yet, or undefined
};

}  // namespace cmr
