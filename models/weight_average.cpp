#include "models/weight_average.h"

#include <torch/version.h>

namespace cmr {

void copyParameters(const torch::nn::Module& from, torch::nn::Module& to) {
  const torch::NoGradGuard guard;
  const auto source = from.parameters();
  auto target = to.parameters();
  for (std::size_t i = 0; i < target.size(); ++i) {
    target[i].copy_(source[i]);
  }
}

void followParameters(torch::nn::Module& average, const torch::nn::Module& network, double decay) {
  const torch::NoGradGuard guard;
  auto to = average.parameters();
  const auto from = network.parameters();
#if TORCH_VERSION_MAJOR >= 2
  if (!to.empty() && to.front().is_cuda()) {
    at::_foreach_lerp_(to, from, 1 - decay);  // one launch for all instead of one for each
    return;
  }
#endif
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i].lerp_(from[i], 1 - decay);
  }
}

}  // namespace cmr
