#include "models/evaluate_crops.h"

#include <algorithm>

#include "analysis/frame_sampling.h"
#include "models/augment.h"

namespace cmr {
namespace {

constexpr std::size_t cropsPerPass = 8;

PixelMap mapOf(const TrainingFrame& frame, int size, double spacingMm) {
  const FrameCentre centre = cavityCentre(frame);
  return cropMap(frame.spacingMm, frame.spacingMm, centre.column, centre.row, spacingMm, size);
}

std::vector<float> cropOf(const TrainingFrame& frame, const PixelMap& map, int size,
                          const IntensityWindow& window) {
  std::vector<float> crop = sampleImage({frame.pixels, frame.rows, frame.columns}, map, size);
  normaliseIntensity(crop, window);
  return crop;
}

FrameScore scoreOf(const TrainingFrame& frame, const torch::Tensor& probabilities,
                   const PixelMap& map, int size) {
  const GridLabels found = labelsOnSourceGrid(
      {probabilities.data_ptr<float>(), static_cast<std::size_t>(probabilities.numel())},
      static_cast<int>(probabilities.size(0)), size, map, frame.rows, frame.columns);
  return scoreLabels(frame, found.labels);
}

}  // namespace

std::vector<FrameScore> evaluateCrops(Network& network, const std::vector<TrainingFrame>& frames,
                                      int size, double spacingMm, ComputePrecision precision,
                                      const IntensityWindow& window) {
  const torch::InferenceMode guard;
  network->eval();
  std::vector<FrameScore> scores;
  for (std::size_t first = 0; first < frames.size(); first += cropsPerPass) {
    const std::size_t last = std::min(frames.size(), first + cropsPerPass);
    torch::Tensor crops = torch::empty({static_cast<std::int64_t>(last - first), 1, size, size});
    std::vector<PixelMap> maps;
    for (std::size_t i = first; i < last; ++i) {
      maps.push_back(mapOf(frames[i], size, spacingMm));
      const std::vector<float> crop = cropOf(frames[i], maps.back(), size, window);
      std::copy(crop.begin(), crop.end(),
                crops[static_cast<std::int64_t>(i - first)].data_ptr<float>());
    }
    const torch::Tensor probabilities =
        torch::softmax(network->segment(crops, precision), 1).cpu().contiguous();
    for (std::size_t i = first; i < last; ++i) {
      const auto at = static_cast<std::int64_t>(i - first);
      scores.push_back(scoreOf(frames[i], probabilities[at], maps[i - first], size));
    }
  }
  return scores;
}

}  // namespace cmr
