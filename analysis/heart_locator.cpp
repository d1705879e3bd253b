#include "analysis/heart_locator.h"

#include "analysis/compute_precision.h"

namespace cmr {

HeartLocatorImpl::HeartLocatorImpl(int tokenWidth) {
  hidden = register_module("hidden", torch::nn::Linear(tokenWidth, 128));
  where = register_module("where", torch::nn::Linear(128, 1));
  nowhere = register_module("nowhere", torch::nn::Linear(tokenWidth, 1));
}

torch::Tensor HeartLocatorImpl::forward(const torch::Tensor& lastLevel,
                                        const torch::Tensor& classToken) {
  const torch::Tensor cells = lastLevel.flatten(2).transpose(1, 2);
  constexpr auto exact = ComputePrecision::float32;
  const torch::Tensor score =
      linearIn(torch::gelu(linearIn(cells, hidden, exact)), where, exact).squeeze(-1);
  return torch::cat({score, linearIn(classToken, nowhere, exact)}, 1);
}

LocatedCentre decodeCentre(const torch::Tensor& probabilities, int gridRows, int gridColumns) {
  const torch::Tensor p = probabilities.contiguous();
  return likelyCentres({p.data_ptr<float>(), static_cast<std::size_t>(p.numel())}, gridRows,
                       gridColumns, 1)
      .front();
}

}  // namespace cmr
