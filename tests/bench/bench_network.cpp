// Backbone and head by precision and batch. Weights are random: the cost does not depend on them.
#include <benchmark/benchmark.h>

#include <string>

#include "analysis/dense_head.h"
#include "analysis/network_presets.h"
#include "analysis/vit.h"

namespace cmr::bench {
namespace {

constexpr int cropSize = 128;

void backbone(benchmark::State& state, ComputePrecision precision) {
  const torch::InferenceMode guard;
  const NetworkGeometry geometry = geometryByName("vit-s8");
  Vit vit(geometry.vit);
  vit->eval();
  holdWeightsIn(*vit, precision);
  const torch::Tensor images = torch::rand({state.range(0), 1, cropSize, cropSize});
  (void)vit(images, geometry.dense.layers, precision);
  for (auto _ : state) {
    benchmark::DoNotOptimize(vit(images, geometry.dense.layers, precision));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void head(benchmark::State& state, ComputePrecision precision) {
  const torch::InferenceMode guard;
  const NetworkGeometry geometry = geometryByName("vit-s8");
  DenseHead dense(geometry.dense);
  dense->eval();
  holdWeightsIn(*dense, precision);
  const auto grid = cropSize / geometry.vit.patchSize;
  const torch::Tensor images = torch::rand({state.range(0), 1, cropSize, cropSize});
  const std::vector<torch::Tensor> levels(
      geometry.dense.layers.size(), torch::rand({state.range(0), geometry.vit.width, grid, grid}));
  (void)dense(dense->readImages(images, precision), levels, precision);
  for (auto _ : state) {
    benchmark::DoNotOptimize(dense(dense->readImages(images, precision), levels, precision));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

using Step = void (*)(benchmark::State&, ComputePrecision);

void registerStep(const std::string& name, Step step) {
  for (const auto precision : {ComputePrecision::float32, ComputePrecision::bfloat16}) {
    const bool rounded = precision == ComputePrecision::bfloat16;
    benchmark::RegisterBenchmark((name + (rounded ? "/bfloat16" : "/float32")).c_str(),
                                 [=](benchmark::State& state) { step(state, precision); })
        ->Arg(1)
        ->Arg(8)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
}

[[maybe_unused]] const bool registered = [] {
  registerStep("backbone", backbone);
  registerStep("head", head);
  return true;
}();

}  // namespace
}  // namespace cmr::bench
