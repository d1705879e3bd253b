// A second copy of a module's weights that follows the first: the average that is validated, or the
// teacher of self-distillation. Both modules hold the same parameters in the same order.
#pragma once

#include <torch/torch.h>

namespace cmr {

void copyParameters(const torch::nn::Module& from, torch::nn::Module& to);

// average = decay * average + (1 - decay) * network
void followParameters(torch::nn::Module& average, const torch::nn::Module& network, double decay);

}  // namespace cmr
