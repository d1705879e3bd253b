// Matrix products and convolutions in the precision asked for; residual sums and norms stay in
// float32 (bfloat16 pointwise operations cost as much as the products on a CPU). Weights may be
// held in either type: training holds them in float32, inference in the type that it computes in.
#pragma once

#include <torch/torch.h>

namespace cmr {

enum class ComputePrecision { float32, bfloat16 };

// x * w^T + b. The result is in the compute type.
torch::Tensor linearIn(const torch::Tensor& x, const torch::nn::Linear& layer,
                       ComputePrecision precision);

// Convolution with the layer's own stride and padding; the result is float32, and where the layer
// is: every network begins with one, so that images may come from the CPU whatever it runs on.
torch::Tensor convIn(const torch::Tensor& x, const torch::nn::Conv2d& layer,
                     ComputePrecision precision);

torch::Tensor toCompute(const torch::Tensor& x, ComputePrecision precision);

// Holds the weights of every linear layer and convolution of the module in the compute type from
// now on, instead of converting them in every pass. For inference only. Weights that come from a
// package are bfloat16 already, so that nothing is rounded twice.
void holdWeightsIn(torch::nn::Module& module, ComputePrecision precision);

}  // namespace cmr
