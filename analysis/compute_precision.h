// Matrix products and convolutions in the precision asked for; weights, residual sums and norms
// stay in float32 (bfloat16 pointwise operations cost as much as the products on a CPU).
#pragma once

#include <torch/torch.h>

namespace cmr {

enum class ComputePrecision { float32, bfloat16 };

// x * w^T + b. The result is in the compute type.
torch::Tensor linearIn(const torch::Tensor& x, const torch::nn::Linear& layer,
                       ComputePrecision precision);

// Convolution with the layer's own stride and padding; the result is float32.
torch::Tensor convIn(const torch::Tensor& x, const torch::nn::Conv2d& layer,
                     ComputePrecision precision);

torch::Tensor toCompute(const torch::Tensor& x, ComputePrecision precision);

}  // namespace cmr
