// First look: where in the whole field is the left ventricle, if anywhere? A 1x1 layer over the
// backbone's last tokens gives one logit per patch of a low-resolution picture of the whole field,
// the class token one more for "nowhere"; a softmax over all of them is the answer.
#pragma once

#include <torch/torch.h>

#include "analysis/heart_search.h"

namespace cmr {

class HeartLocatorImpl : public torch::nn::Module {
 public:
  explicit HeartLocatorImpl(int tokenWidth);
  // lastLevel [batch, width, gridRows, gridColumns], classToken [batch, width].
  // Returns logits [batch, gridRows * gridColumns + 1]; the last one is "no left ventricle here".
  torch::Tensor forward(const torch::Tensor& lastLevel, const torch::Tensor& classToken);

 private:
  torch::nn::Linear hidden{nullptr}, where{nullptr}, nowhere{nullptr};
};
TORCH_MODULE(HeartLocator);

// Where the left ventricle is most likely. probabilities: softmax of one sample's logits, float32
// on the CPU, contiguous.
LocatedCentre decodeCentre(const torch::Tensor& probabilities, int gridRows, int gridColumns);

}  // namespace cmr
