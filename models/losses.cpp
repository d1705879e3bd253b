#include "models/losses.h"

#include <algorithm>
#include <cmath>

namespace cmr {

torch::Tensor partialLabelLoss(const torch::Tensor& logits, const torch::Tensor& allowed,
                               const torch::Tensor& known, double smoothing) {
  const auto classes = logits.size(1);
  const torch::Tensor bits = torch::bitwise_left_shift(torch::ones({classes}, allowed.options()),
                                                       torch::arange(classes, allowed.options()));
  const torch::Tensor may =
      torch::bitwise_and(allowed.unsqueeze(1), bits.view({1, classes, 1, 1})).ne(0);
  const torch::Tensor logP = torch::log_softmax(logits, 1);
  const torch::Tensor marginal = torch::logsumexp(logP.masked_fill(may.logical_not(), -1e4), 1);
  const torch::Tensor crossEntropy = -marginal.mean();

  const torch::Tensor is =
      allowed.unsqueeze(1).eq(bits.view({1, classes, 1, 1})).to(torch::kFloat32);
  const torch::Tensor p = logP.exp();
  const torch::Tensor overlap = (p * is).sum({2, 3});
  const torch::Tensor dice =
      (2 * overlap + smoothing) / (p.sum({2, 3}) + is.sum({2, 3}) + smoothing);
  const torch::Tensor counted = torch::bitwise_and(known.unsqueeze(1), bits.view({1, classes}))
                                    .ne(0)
                                    .to(torch::kFloat32)
                                    .slice(1, 1);
  const torch::Tensor diceLoss =
      ((1 - dice.slice(1, 1)) * counted).sum() / counted.sum().clamp_min(1);
  return crossEntropy + diceLoss;
}

torch::Tensor locatorTarget(const torch::Tensor& centres, int gridRows, int gridColumns) {
  const auto batch = centres.size(0);
  torch::Tensor target = torch::zeros({batch, gridRows * gridColumns + 1});
  const auto centre = centres.accessor<float, 2>();
  auto out = target.accessor<float, 2>();
  for (std::int64_t b = 0; b < batch; ++b) {
    const double column = static_cast<double>(centre[b][0]);
    const double row = static_cast<double>(centre[b][1]);
    if (std::isnan(column) || std::isnan(row)) {
      out[b][gridRows * gridColumns] = 1;
      continue;
    }
    const double fc = std::floor(column);
    const double fr = std::floor(row);
    for (int j = 0; j < 2; ++j) {
      for (int i = 0; i < 2; ++i) {
        const double weight =
            (i == 1 ? column - fc : 1 - column + fc) * (j == 1 ? row - fr : 1 - row + fr);
        const int c = std::clamp(static_cast<int>(fc) + i, 0, gridColumns - 1);
        const int r = std::clamp(static_cast<int>(fr) + j, 0, gridRows - 1);
        out[b][r * gridColumns + c] += static_cast<float>(weight);
      }
    }
  }
  return target;
}

torch::Tensor locatorLoss(const torch::Tensor& logits, const torch::Tensor& target) {
  return -(torch::log_softmax(logits, 1) * target).sum(1).mean();
}

torch::Tensor landmarkTarget(const torch::Tensor& positions, int rows, int columns,
                             double sigmaPixels) {
  const auto along = [&](std::int64_t axis, int size) {
    const torch::Tensor from = torch::arange(size, positions.options()).view({1, 1, size}) -
                               positions.select(2, axis).unsqueeze(2);
    return torch::exp(-0.5 * from.square() / (sigmaPixels * sigmaPixels));
  };
  const torch::Tensor spread =
      (along(1, rows).unsqueeze(3) * along(0, columns).unsqueeze(2)).flatten(2);
  const torch::Tensor absent = torch::isnan(spread).any(2, true);
  const torch::Tensor places = spread.masked_fill(absent, 0);
  const torch::Tensor sums = places.sum(2, true).clamp_min(1e-12);
  return torch::cat({places / sums, absent.to(torch::kFloat32)}, 2);
}

torch::Tensor landmarkLoss(const torch::Tensor& logits, const torch::Tensor& target) {
  const torch::Tensor nowhere = torch::zeros({logits.size(0), logits.size(1), 1}, logits.options());
  const torch::Tensor logP = torch::log_softmax(torch::cat({logits.flatten(2), nowhere}, 2), 2);
  return -(logP * target).sum(2).mean();
}

}  // namespace cmr
