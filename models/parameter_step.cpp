#include "models/parameter_step.h"

#include <torch/version.h>

#include <memory>

namespace cmr {
namespace {

using torch::optim::AdamWOptions;
using torch::optim::AdamWParamState;

bool isOnGpu(const std::vector<torch::Tensor>& parameters) {
  return !parameters.empty() && parameters.front().is_cuda();
}

#if TORCH_VERSION_MAJOR >= 2
double clipTogether(const std::vector<torch::Tensor>& parameters, double largestNorm) {
  const torch::NoGradGuard guard;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& p : parameters) {
    if (p.grad().defined()) gradients.push_back(p.grad());
  }
  if (gradients.empty()) return 0;
  const double norm = torch::stack(at::_foreach_norm(gradients)).norm().item<double>();
  constexpr double smallest = 1e-6;  // as in LibTorch's clip_grad_norm_
  const double factor = largestNorm / (norm + smallest);
  if (factor < 1) at::_foreach_mul_(gradients, factor);
  return norm;
}

AdamWParamState& stateOf(torch::optim::AdamW& optimizer, const torch::Tensor& parameter) {
  auto& state = optimizer.state()[parameter.unsafeGetTensorImpl()];
  if (!state) {
    auto fresh = std::make_unique<AdamWParamState>();
    fresh->step(0);
    fresh->exp_avg(torch::zeros_like(parameter));
    fresh->exp_avg_sq(torch::zeros_like(parameter));
    state = std::move(fresh);
  }
  return static_cast<AdamWParamState&>(*state);
}

void stepGroup(torch::optim::AdamW& optimizer, torch::optim::OptimizerParamGroup& group) {
  std::vector<torch::Tensor> parameters;
  std::vector<torch::Tensor> gradients;
  std::vector<torch::Tensor> means;
  std::vector<torch::Tensor> squares;
  std::vector<float> steps;
  for (const torch::Tensor& p : group.params()) {
    if (!p.grad().defined()) continue;
    AdamWParamState& state = stateOf(optimizer, p);
    state.step(state.step() + 1);
    parameters.push_back(p);
    gradients.push_back(p.grad());
    means.push_back(state.exp_avg());
    squares.push_back(state.exp_avg_sq());
    steps.push_back(static_cast<float>(state.step()));
  }
  if (parameters.empty()) return;
  const auto& o = static_cast<const AdamWOptions&>(group.options());
  const std::vector<torch::Tensor> counts =
      torch::tensor(steps).to(parameters.front().device()).unbind();
  at::_fused_adamw_(parameters, gradients, means, squares, {}, counts, o.lr(),
                    std::get<0>(o.betas()), std::get<1>(o.betas()), o.weight_decay(), o.eps(),
                    false, false);
}
#endif

}  // namespace

double clipGradients(const std::vector<torch::Tensor>& parameters, double largestNorm) {
#if TORCH_VERSION_MAJOR >= 2
  if (isOnGpu(parameters)) return clipTogether(parameters, largestNorm);
#endif
  return torch::nn::utils::clip_grad_norm_(parameters, largestNorm);
}

torch::optim::AdamW adamWFor(const std::vector<torch::Tensor>& parameters, double learningRate,
                             double weightDecayOfKernels) {
  std::vector<torch::Tensor> kernels;
  std::vector<torch::Tensor> others;
  for (const torch::Tensor& p : parameters) (p.dim() >= 2 ? kernels : others).push_back(p);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (auto* group : {&kernels, &others}) {
    auto options = std::make_unique<AdamWOptions>(learningRate);
    options->betas({0.9, 0.99}).weight_decay(group == &kernels ? weightDecayOfKernels : 0);
    groups.emplace_back(*group, std::move(options));
  }
  return torch::optim::AdamW(std::move(groups));
}

void setRate(torch::optim::AdamW& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<AdamWOptions&>(group.options()).lr(rate);
  }
}

void stepAdamW(torch::optim::AdamW& optimizer) {
#if TORCH_VERSION_MAJOR >= 2
  if (isOnGpu(optimizer.param_groups().front().params())) {
    const torch::NoGradGuard guard;
    for (auto& group : optimizer.param_groups()) stepGroup(optimizer, group);
    return;
  }
#endif
  optimizer.step();
}

void moveState(torch::optim::AdamW& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    const auto& parameters = group.params();
    if (!isOnGpu(parameters)) continue;
    for (auto& item : optimizer.state()) {
      auto& state = static_cast<AdamWParamState&>(*item.second);
      const torch::Device device = parameters.front().device();
      state.exp_avg(state.exp_avg().to(device));
      state.exp_avg_sq(state.exp_avg_sq().to(device));
    }
    return;
  }
}

}  // namespace cmr
