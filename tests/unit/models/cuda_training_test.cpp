// What runs on a GPU gives what the CPU gives. Without a CUDA device that LibTorch sees, the tests
// say so and are skipped.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>
#include <memory>

#include "analysis/compute_choice.h"
#include "analysis/network.h"
#include "analysis/network_presets.h"
#include "models/parameter_step.h"
#include "models/sax_phantom.h"
#include "models/trainer.h"
#include "models/weight_average.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

#define REQUIRE_CUDA() \
  if (!torch::cuda::is_available()) GTEST_SKIP() << "LibTorch sees no CUDA device here"

NetworkGeometry smallGeometry() {
  NetworkGeometry geometry = geometryByName("vit-s8");
  geometry.vit.width = 64;
  geometry.vit.heads = 2;
  geometry.vit.depth = 4;
  geometry.dense.tokenWidth = 64;
  geometry.dense.layers = {1, 2, 3, 4};
  return geometry;
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.cpu().to(torch::kFloat64) - b.cpu().to(torch::kFloat64)).abs().max().item<double>();
}

TEST(Cuda, NetworkGivesWhatTheCpuGives) {
  REQUIRE_CUDA();
  torch::manual_seed(3);
  Network network(smallGeometry());
  network->eval();
  const torch::InferenceMode guard;
  const torch::Tensor images = torch::rand({3, 1, 128, 128});
  const torch::Tensor onCpu = network->segment(images, ComputePrecision::float32);
  network->to(torch::kCUDA);
  const double scale = onCpu.abs().max().item<double>();
  // cuDNN's convolutions of float32 multiply in TF32, with ten bits of mantissa.
  EXPECT_LT(largestDifference(network->segment(images, ComputePrecision::float32), onCpu),
            5e-3 * scale);
  holdWeightsIn(*network, ComputePrecision::bfloat16);
  EXPECT_LT(largestDifference(network->segment(images, ComputePrecision::bfloat16), onCpu),
            0.1 * scale);
}

torch::optim::AdamW optimizerOf(torch::nn::Linear& layer) {
  return torch::optim::AdamW(layer->parameters(),
                             torch::optim::AdamWOptions(0.01).weight_decay(0.1));
}

TEST(Cuda, FusedStepsAreThoseOfTheLoop) {
  REQUIRE_CUDA();
  torch::manual_seed(5);
  torch::nn::Linear loop(7, 3);
  torch::nn::Linear fused(7, 3);
  copyParameters(*loop, *fused);
  fused->to(torch::kCUDA);
  torch::optim::AdamW loopOptimizer = optimizerOf(loop);
  torch::optim::AdamW fusedOptimizer = optimizerOf(fused);
  torch::nn::Linear loopAverage(7, 3);
  torch::nn::Linear fusedAverage(7, 3);
  copyParameters(*loop, *loopAverage);
  copyParameters(*loop, *fusedAverage);
  fusedAverage->to(torch::kCUDA);
  for (int step = 0; step < 5; ++step) {
    const torch::Tensor x = torch::randn({4, 7});
    loopOptimizer.zero_grad();
    fusedOptimizer.zero_grad();
    loop(x).square().sum().backward();
    fused(x.to(torch::kCUDA)).square().sum().backward();
    const double norm = clipGradients(loop->parameters(), 0.5);
    EXPECT_NEAR(clipGradients(fused->parameters(), 0.5), norm, 1e-3 * norm);
    stepAdamW(loopOptimizer);
    stepAdamW(fusedOptimizer);
    followParameters(*loopAverage, *loop, 0.9);
    followParameters(*fusedAverage, *fused, 0.9);
  }
  EXPECT_LT(largestDifference(loop->weight, fused->weight), 1e-4);
  EXPECT_LT(largestDifference(loopAverage->weight, fusedAverage->weight), 1e-4);
}

class SilentReport final : public TrainingReport {
 public:
  void progress(const TrainingProgress& p) override { losses.push_back(p.loss); }
  void validated(const ValidationScore&, bool) override {}
  std::vector<double> losses;
};

TEST(Cuda, TrainingGoesAsOnTheCpuAndResumesThere) {
  REQUIRE_CUDA();
  const auto trainOn = [](const torch::Device& device, const std::string& folder,
                          std::int64_t steps, bool resume) {
    torch::manual_seed(11);
    Network network(smallGeometry());
    TrainerOptions options;
    options.steps = steps;
    options.warmupSteps = 4;
    options.validateEvery = 20;
    options.device = device;
    options.folder = folder;
    options.resume = resume;
    BatchPlan plan;
    plan.crops = 4;
    plan.fields = 2;
    plan.augment.size = 64;
    plan.drawThreads = device.is_cuda() ? 3 : 1;
    SilentReport report;
    train(
        network, options, plan, {}, {drawSaxPhantom(900, {}), drawSaxPhantom(901, {})},
        [](std::uint64_t seed) { return drawSaxPhantom(seed, {}); }, report);
    return report.losses;
  };
  const std::string folder = test::ownFolder().string();
  const auto onCpu = trainOn(torch::kCPU, folder + "/cpu", 20, false);
  const auto onGpu = trainOn({torch::kCUDA, 0}, folder + "/gpu", 20, false);
  ASSERT_EQ(onCpu.size(), 1U);
  ASSERT_EQ(onGpu.size(), 1U);
  EXPECT_NEAR(onGpu[0], onCpu[0], 0.05 * onCpu[0]);
  EXPECT_EQ(trainOn({torch::kCUDA, 0}, folder + "/gpu", 40, true).size(), 1U);
  // A checkpoint of the GPU goes on where there is none.
  EXPECT_EQ(trainOn(torch::kCPU, folder + "/gpu", 60, true).size(), 1U);
}

}  // namespace
}  // namespace cmr
