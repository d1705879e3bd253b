// Images in and labels out: what happens to every frame besides the network.
#include <benchmark/benchmark.h>

#include <vector>

#include "analysis/frame_sampling.h"
#include "dicom_sr/read_series.h"
#include "tests/bench/demo_series.h"

namespace cmr::bench {
namespace {

constexpr int size = 128;
constexpr int classes = 4;
// Not the source's spacing, so that pixels are really interpolated.
constexpr double spacingMm = 1.6;

PixelMap mapOnto(const ImageStack& stack) {
  const PlaneGeometry& plane = stack.planes.front();
  return cropMap(plane.columnSpacingMm, plane.rowSpacingMm, stack.columns / 2.0, stack.rows / 2.0,
                 spacingMm, size);
}

void decode(benchmark::State& state) {
  const auto& instances = demoInstances();
  for (auto _ : state) {
    benchmark::DoNotOptimize(readInstances(instances));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(instances.size()));
}

void resampleCrop(benchmark::State& state) {
  const ImageStack& stack = demoStack().stack;
  const PixelMap map = mapOnto(stack);
  for (auto _ : state) {
    std::vector<float> sample =
        sampleImage({stack.frames.front().pixels, stack.rows, stack.columns}, map, size);
    normaliseIntensity(sample);
    benchmark::DoNotOptimize(sample.data());
  }
  state.SetItemsProcessed(state.iterations());
}

void resampleLabels(benchmark::State& state) {
  const ImageStack& stack = demoStack().stack;
  const PixelMap map = mapOnto(stack);
  const std::vector<float> probabilities(classes * size * size, 1.0F / classes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        labelsOnSourceGrid(probabilities, classes, size, map, stack.rows, stack.columns));
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(decode)->Name("decode/series")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(resampleCrop)->Name("resample/crop")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(resampleLabels)->Name("resample/labels")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace cmr::bench
