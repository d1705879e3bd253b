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
  const auto p = probabilities.accessor<float, 1>();
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < gridRows * gridColumns; ++i) {
    if (p[i] > p[best]) {
      best = i;
    }
  }
  const std::int64_t bestRow = best / gridColumns;
  const std::int64_t bestColumn = best % gridColumns;
  double sum = 0;
  LocatedCentre centre;
  for (std::int64_t r = bestRow - 1; r <= bestRow + 1; ++r) {
    for (std::int64_t c = bestColumn - 1; c <= bestColumn + 1; ++c) {
      if (r < 0 || c < 0 || r >= gridRows || c >= gridColumns) {
        continue;
      }
      const double weight = p[r * gridColumns + c];
      sum += weight;
      centre.row += weight * static_cast<double>(r);
      centre.column += weight * static_cast<double>(c);
    }
  }
  if (sum > 0) {
    centre.row /= sum;
    centre.column /= sum;
  }
  centre.presence = 1.0 - static_cast<double>(p[gridRows * gridColumns]);
  return centre;
}

}  // namespace cmr
