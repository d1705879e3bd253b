#include "analysis/compute_choice.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "analysis/errors.h"

namespace cmr {
namespace {

double bestSeconds(torch::ScalarType type, const torch::Device& device) {
  const torch::InferenceMode guard;
  // Large enough on a GPU that the product, and not its launch, is measured.
  const std::int64_t rows = device.is_cuda() ? 32768 : 512;
  const torch::Tensor a = torch::ones({rows, 384}).to(device, type);
  const torch::Tensor w = torch::ones({1536, 384}).to(device, type);
  const auto finish = [&] {
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
  };
  double best = 1e9;
  for (int i = 0; i < 6; ++i) {
    finish();
    const auto start = std::chrono::steady_clock::now();
    (void)torch::linear(a, w);
    finish();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

bool sumsBfloat16InFloat(const torch::Device& device) {
  const torch::InferenceMode guard;
  constexpr int length = 4096;
  const torch::Tensor rows = torch::ones({8, length}).to(device, torch::kBFloat16);
  // Both ways in which a layer's weights may lie in memory: the loops differ.
  for (const torch::Tensor& columns : {rows.t(), rows.t().contiguous()}) {
    const torch::Tensor sums = torch::matmul(rows, columns).to(torch::kFloat32);
    if (sums.min().item<float>() != length || sums.max().item<float>() != length) return false;
  }
  return true;
}

torch::Device chooseDevice(const std::string& word) {
  const auto gpus = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (word == "cpu" || (word == "auto" && gpus == 0)) return torch::kCPU;
  if (word == "auto" || word == "cuda") {
    if (gpus == 0) throw InputError("LibTorch sees no CUDA device here");
    return {torch::kCUDA, 0};
  }
  constexpr std::size_t prefix = 5;
  const std::string number = word.rfind("cuda:", 0) == 0 ? word.substr(prefix) : "";
  if (number.empty() || number.size() > 3 ||
      number.find_first_not_of("0123456789") != std::string::npos) {
    throw InputError("the device is auto, cpu, cuda or cuda:N, not '" + word + "'");
  }
  const int index = std::stoi(number);
  if (index >= gpus) {
    throw InputError("there is no device " + word + ": LibTorch sees " + std::to_string(gpus) +
                     " CUDA devices here");
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

std::string deviceName(const torch::Device& device) { return device.str(); }

ComputePrecision choosePrecision(const std::string& word, const torch::Device& device) {
  if (word == "float32") {
    return ComputePrecision::float32;
  }
  if (word == "bfloat16") {
    return ComputePrecision::bfloat16;
  }
  if (word != "auto") {
    throw InputError("precision is auto, float32 or bfloat16, not '" + word + "'");
  }
  if (!sumsBfloat16InFloat(device)) return ComputePrecision::float32;
  // Half again as fast is asked for: below that the rounding buys nothing.
  return bestSeconds(torch::kFloat32, device) > 1.5 * bestSeconds(torch::kBFloat16, device)
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
