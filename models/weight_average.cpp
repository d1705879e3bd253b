#include "models/weight_average.h"

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
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i].lerp_(from[i], 1 - decay);
  }
}

}  // namespace cmr
