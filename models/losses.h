// Losses under partial labels: a pixel that may be one of several structures is judged by the
// probability of the set (marginal likelihood), and a structure's overlap counts only in frames
// whose labels know it everywhere.
#pragma once

#include <torch/torch.h>

namespace cmr {

// logits float32 [batch, classes, rows, columns]; allowed uint8 [batch, rows, columns], one bit per
// class; known uint8 [batch]. Mean over pixels of -log P(allowed set), plus the mean soft Dice loss
// over the structures known (background left out). smoothing, in pixels, keeps that term alive, and
// gentle, where the structure is absent or a few pixels.
torch::Tensor partialLabelLoss(const torch::Tensor& logits, const torch::Tensor& allowed,
                               const torch::Tensor& known, double smoothing = 20);

// Target distribution of the first look: the centre spread bilinearly over its four cells, or
// "nowhere" for NaN. centres float32 [batch, 2] as (column, row) in cells; result [batch, cells +
// 1].
torch::Tensor locatorTarget(const torch::Tensor& centres, int gridRows, int gridColumns);
torch::Tensor locatorLoss(const torch::Tensor& logits, const torch::Tensor& target);

// Where landmarks are, as a distribution over pixels and "nowhere": a Gaussian of this standard
// deviation in pixels about (column, row), or all of it "nowhere" for NaN. positions float32
// [batch, landmarks, 2]; result [batch, landmarks, rows * columns + 1], each summing to 1.
torch::Tensor landmarkTarget(const torch::Tensor& positions, int rows, int columns,
                             double sigmaPixels);
// logits [batch, landmarks, rows, columns]; that of "nowhere" is 0. Cross-entropy against the
// target, mean over batch and landmarks.
torch::Tensor landmarkLoss(const torch::Tensor& logits, const torch::Tensor& target);

}  // namespace cmr
