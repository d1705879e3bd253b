#include "models/training_group.h"

#include <chrono>

#include "analysis/errors.h"

#ifndef CMR_WITH_GLOO
#define CMR_WITH_GLOO 0
#endif
#if CMR_WITH_GLOO
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif

namespace cmr {

#if CMR_WITH_GLOO
namespace {

// The first process also writes checkpoints and looks at features while the others wait.
constexpr std::chrono::minutes patience{30};

c10::intrusive_ptr<c10d::ProcessGroupGloo> meet(const GroupPlace& place) {
  auto store = c10::make_intrusive<c10d::FileStore>(place.meeting, place.size);
  store->setTimeout(std::chrono::minutes(5));
  auto options = c10d::ProcessGroupGloo::Options::create(patience);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1"));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, options);
}

}  // namespace

struct TrainingGroup::Impl {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};
#else
struct TrainingGroup::Impl {};
#endif

TrainingGroup::TrainingGroup(const GroupPlace& place) : place_(place) {
  if (place.size < 1 || place.rank < 0 || place.rank >= place.size) {
    throw InputError("there is no process " + std::to_string(place.rank) + " of " +
                     std::to_string(place.size));
  }
  if (place.size == 1) return;
#if CMR_WITH_GLOO
  try {
    impl_ = std::make_unique<Impl>(Impl{meet(place)});
  } catch (const std::exception& error) {
    throw ResourceError("the processes of the training did not meet: " + std::string(error.what()));
  }
#else
  throw InputError("this program was built without gloo: it trains in one process");
#endif
}

TrainingGroup::~TrainingGroup() = default;

bool TrainingGroup::isAvailable() { return CMR_WITH_GLOO != 0; }

void TrainingGroup::average(const std::vector<torch::Tensor>& tensors) {
  if (place_.size == 1 || tensors.empty()) return;
#if CMR_WITH_GLOO
  const torch::NoGradGuard guard;
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& tensor : tensors) parts.push_back(tensor.reshape({-1}));
  std::vector<torch::Tensor> all{torch::cat(parts).cpu()};
  try {
    impl_->gloo->allreduce(all)->wait();
  } catch (const std::exception& error) {
    throw ResourceError("another process of the training is gone: " + std::string(error.what()));
  }
  const torch::Tensor mean = all.front() / place_.size;
  std::int64_t at = 0;
  for (const torch::Tensor& tensor : tensors) {
    torch::Tensor(tensor).copy_(mean.narrow(0, at, tensor.numel()).view_as(tensor));
    at += tensor.numel();
  }
#endif
}

}  // namespace cmr
