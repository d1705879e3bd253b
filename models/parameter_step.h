// What a training step does to all parameters. On a CPU these are LibTorch's own loops; on a GPU
// hundreds of small tensors would cost thousands of kernel launches, more than the pass before
// them, so that there the fused and grouped kernels of LibTorch 2 are used. The mathematics are the
// same.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace cmr {

// Scales all gradients so that their common norm is at most `largestNorm`; returns the norm before.
double clipGradients(const std::vector<torch::Tensor>& parameters, double largestNorm);

// Kernels (of two dimensions and more) decay, biases and scales do not; the betas are those of all
// heads that are taught on a frozen backbone.
torch::optim::AdamW adamWFor(const std::vector<torch::Tensor>& parameters, double learningRate,
                             double weightDecayOfKernels);

void setRate(torch::optim::AdamW& optimizer, double rate);

// Loshchilov and Hutter, ICLR 2019. Parameters without a gradient stay as they are.
void stepAdamW(torch::optim::AdamW& optimizer);

// A loaded state comes from the CPU: takes it to where the parameters are.
void moveState(torch::optim::AdamW& optimizer);

}  // namespace cmr
