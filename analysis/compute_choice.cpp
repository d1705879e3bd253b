#include "analysis/compute_choice.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "analysis/errors.h"

namespace cmr {
namespace {

double bestSeconds(torch::ScalarType type) {
  const torch::InferenceMode guard;
  const torch::Tensor a = torch::ones({512, 384}).to(type);
  const torch::Tensor w = torch::ones({1536, 384}).to(type);
  double best = 1e9;
  for (int i = 0; i < 6; ++i) {
    const auto start = std::chrono::steady_clock::now();
    (void)torch::linear(a, w);
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

ComputePrecision choosePrecision(const std::string& word) {
  if (word == "float32") {
    return ComputePrecision::float32;
  }
  if (word == "bfloat16") {
    return ComputePrecision::bfloat16;
  }
  if (word != "auto") {
    throw InputError("precision is auto, float32 or bfloat16, not '" + word + "'");
  }
  // Half again as fast is asked for: below that the rounding buys nothing.
  return bestSeconds(torch::kFloat32) > 1.5 * bestSeconds(torch::kBFloat16)
             ? ComputePrecision::bfloat16
             : ComputePrecision::float32;
}

std::string precisionName(ComputePrecision precision) {
  return precision == ComputePrecision::bfloat16 ? "bfloat16" : "float32";
}

void setThreads(int threads) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  at::set_num_threads(threads > 0 ? threads : cores);
}

}  // namespace cmr
