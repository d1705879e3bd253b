// How fast the backbone runs on a device, as a share of what the device's matrix products reach in
// the same run: ViT-S/8 at 224 pixels, forward alone, beside the floor of its own products and
// attention, and a training step of DINO's shape (two global and eight local views). One JSON
// object on standard output; gpu_peer.py does the same in that machine's PyTorch.
//
// usage: cmr_gpu_rate [DEVICE] [BATCH]
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compute_choice.h"
#include "analysis/vit.h"
#include "models/dino_loss.h"
#include "models/dino_network.h"
#include "models/parameter_step.h"
#include "models/weight_average.h"

namespace cmr {
namespace {

constexpr int repeats = 15;
constexpr auto precision = ComputePrecision::bfloat16;

double medianSeconds(const torch::Device& device, const std::function<void()>& work) {
  const auto finish = [&] {
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
  };
  std::vector<double> seconds;
  for (int i = -3; i < repeats; ++i) {
    finish();
    const auto start = std::chrono::steady_clock::now();
    work();
    finish();
    if (i < 0) continue;  // warm-up
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + repeats / 2, seconds.end());
  return seconds[repeats / 2];
}

// Floating-point operations per second of a square bfloat16 product.
double matrixRate(const torch::Device& device) {
  const std::int64_t n = device.is_cuda() ? 8192 : 1024;
  const torch::InferenceMode guard;
  const auto options = torch::TensorOptions(device).dtype(torch::kBFloat16);
  const torch::Tensor a = torch::randn({n, n}, options);
  const torch::Tensor b = torch::randn({n, n}, options);
  const auto side = static_cast<double>(n);
  return 2 * side * side * side / medianSeconds(device, [&] { (void)torch::matmul(a, b); });
}

// Multiplications and additions of the products and the attention of one forward pass.
double forwardOperations(const VitGeometry& g, double side) {
  const double patches = (side / g.patchSize) * (side / g.patchSize);
  const double tokens = patches + 1;
  const double width = g.width;
  const double linear = (4 + 2.0 * g.mlpRatio) * width * width;
  const double perBlock = 2 * tokens * linear + 4 * tokens * tokens * width;
  return g.depth * perBlock + 2 * patches * width * g.patchSize * g.patchSize;
}

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v) {
#if TORCH_VERSION_MAJOR >= 2
  return at::scaled_dot_product_attention(q, k, v);
#else
  return torch::matmul(torch::softmax(torch::matmul(q, k.transpose(-2, -1)), -1), v);
#endif
}

// Seconds of each layer's products and attention alone, added up: what a forward pass could take if
// all between them were free.
double floorSeconds(const torch::Device& device, const VitGeometry& g, std::int64_t batch) {
  const torch::InferenceMode guard;
  const auto options = torch::TensorOptions(device).dtype(torch::kBFloat16);
  const std::int64_t patches = (224 / g.patchSize) * (224 / g.patchSize);
  const std::int64_t rows = batch * (patches + 1);
  constexpr int inARow = 20;  // so that the launches hide behind one another
  const auto once = [&](const std::function<void()>& work) {
    return medianSeconds(device,
                         [&] {
                           for (int i = 0; i < inARow; ++i) work();
                         }) /
           inARow;
  };
  const auto product = [&](std::int64_t m, std::int64_t in, std::int64_t out) {
    const torch::Tensor x = torch::randn({m, in}, options);
    const torch::Tensor weight = torch::randn({out, in}, options);
    const torch::Tensor bias = torch::randn({out}, options);
    return std::min(once([&] { (void)torch::linear(x, weight); }),
                    once([&] { (void)torch::linear(x, weight, bias); }));
  };
  const torch::Tensor mixed =
      torch::randn({batch, patches + 1, 3, g.heads, g.width / g.heads}, options)
          .permute({2, 0, 3, 1, 4});
  const double attention = once([&] { (void)attend(mixed[0], mixed[1], mixed[2]); });
  const std::int64_t hidden = g.mlpRatio * g.width;
  const double block = product(rows, g.width, 3 * g.width) + attention +
                       product(rows, g.width, g.width) + product(rows, g.width, hidden) +
                       product(rows, hidden, g.width);
  return g.depth * block + product(batch * patches, g.patchSize * g.patchSize, g.width);
}

struct Step {
  DinoNetwork student;
  DinoNetwork teacher;
  std::optional<torch::optim::AdamW> optimizer;  // of the student where it then is
  torch::Tensor large;
  torch::Tensor small;
  std::int64_t images;

  void take() {
    const torch::Tensor centre = torch::zeros({1}, large.options());
    torch::Tensor targets;
    {
      const torch::NoGradGuard guard;
      const DinoFeatures seen = teacher->features(large, {}, false, precision);
      targets = teacherTargets(teacher->classLogits(seen.classToken, precision), centre, 0.04)
                    .view({2, images, -1});
    }
    optimizer->zero_grad();
    const torch::Tensor rows =
        torch::cat({student->features(large, {}, false, precision).classToken,
                    student->features(small, {}, false, precision).classToken});
    const torch::Tensor logits = student->classLogits(rows, precision).view({10, images, -1});
    classTokenLoss(logits, targets, 0.1).backward();
    clipGradients(student->parameters(), 3);
    stepAdamW(*optimizer);
    followParameters(*teacher, *student, 0.996);
  }
};

nlohmann::json measure(const std::string& word, std::int64_t batch) {
  const torch::Device device = chooseDevice(word);
  DinoGeometry geometry;
  geometry.vit.positionGrid = 28;
  const double peak = matrixRate(device);
  nlohmann::json result{{"device", deviceName(device)}, {"matrixTflops", peak / 1e12}};
  {
    Vit vit(geometry.vit);
    vit->eval();
    vit->to(device);
    holdWeightsIn(*vit, precision);
    const torch::InferenceMode guard;
    const torch::Tensor images = torch::rand({batch, 1, 224, 224}).to(device);
    const double seconds =
        medianSeconds(device, [&] { (void)vit->forwardTokens(images, precision); });
    const auto n = static_cast<double>(batch);
    result["forward"] = {
        {"imagesPerSecond", n / seconds},
        {"shareOfMatrixRate", n * forwardOperations(geometry.vit, 224) / seconds / peak},
        {"floorOverTime", floorSeconds(device, geometry.vit, batch) / seconds}};
  }
  Step step{DinoNetwork(geometry),
            DinoNetwork(geometry),
            std::nullopt,
            torch::rand({2 * batch, 1, 224, 224}).to(device),
            torch::rand({8 * batch, 1, 96, 96}).to(device),
            batch};
  step.student->to(device);
  step.teacher->to(device);
  step.optimizer.emplace(step.student->parameters());
  const double seconds = medianSeconds(device, [&] { step.take(); });
  // A backward pass costs two forward passes.
  const double operations = (2 + 3 * 2) * forwardOperations(geometry.vit, 224) +
                            3 * 8 * forwardOperations(geometry.vit, 96);
  const auto n = static_cast<double>(batch);
  result["dinoStep"] = {{"imagesPerSecond", n / seconds},
                        {"shareOfMatrixRate", n * operations / seconds / peak}};
  return result;
}

}  // namespace
}  // namespace cmr

int main(int argc, char** argv) {
  try {
    const std::string device = argc > 1 ? argv[1] : "auto";
    const std::int64_t batch = argc > 2 ? std::stoll(argv[2]) : 64;
    std::printf("%s\n", cmr::measure(device, batch).dump(2).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cmr_gpu_rate: %s\n", error.what());
    return 1;
  }
}
