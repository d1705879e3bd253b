#include "analysis/crop_labels.h"

#include <algorithm>
#include <array>

#include "analysis/right_ventricle.h"

namespace cmr {
namespace {

GridLabels onSource(const CropProbabilities& crop, const ImageStack& stack) {
  return labelsOnSourceGrid(crop.values, crop.classes, crop.size, crop.map, stack.rows,
                            stack.columns);
}

FrameConfidence& confidenceOf(const ImageStack& stack, const FrameKey& key, Segmentation& of) {
  return of.confidence.at(static_cast<std::size_t>(key.slice) *
                              static_cast<std::size_t>(stack.phaseCount) +
                          static_cast<std::size_t>(key.phase));
}

float peakOf(const CropProbabilities& crop, std::size_t structure) {
  const auto pixels = static_cast<std::size_t>(crop.size) * static_cast<std::size_t>(crop.size);
  const auto own = crop.values.subspan(structure * pixels, pixels);
  return *std::max_element(own.begin(), own.end());
}

}  // namespace

void storeLabels(const CropProbabilities& crop, const ImageStack& stack, const FrameKey& key,
                 Segmentation& into) {
  const GridLabels grid = onSource(crop, stack);
  const auto target = into.labels.frame(key.slice, key.phase);
  std::copy(grid.labels.begin(), grid.labels.end(), target.begin());
  FrameConfidence& confidence = confidenceOf(stack, key, into);
  confidence = {};
  std::array<double, structureCount> sum{};
  std::array<double, structureCount> count{};
  for (std::size_t i = 0; i < grid.labels.size(); ++i) {
    sum[grid.labels[i]] += static_cast<double>(grid.probability[i]);
    count[grid.labels[i]] += 1;
  }
  for (std::size_t k = 0; k < structureCount; ++k) {
    confidence.meanProbability[k] = count[k] > 0 ? static_cast<float>(sum[k] / count[k]) : 0;
    confidence.peakProbability[k] = peakOf(crop, k);
  }
}

void storeRightVentricle(const CropProbabilities& crop, const ImageStack& stack,
                         const FrameKey& key, Segmentation& into) {
  const GridLabels own = onSource(crop, stack);
  const auto target = into.labels.frame(key.slice, key.phase);
  takeRightVentricle(target, own.labels);
  constexpr auto at = static_cast<std::size_t>(Structure::rvCavity);
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < own.labels.size(); ++i) {
    if (target[i] != at) continue;
    sum += static_cast<double>(own.probability[i]);
    count += 1;
  }
  FrameConfidence& confidence = confidenceOf(stack, key, into);
  confidence.meanProbability[at] = count > 0 ? static_cast<float>(sum / count) : 0;
  confidence.peakProbability[at] = peakOf(crop, at);
}

bool showsCavity(const LabelStack& labels, const FrameKey& key) {
  const auto frame = labels.frame(key.slice, key.phase);
  return std::find(frame.begin(), frame.end(), static_cast<std::uint8_t>(Structure::lvCavity)) !=
         frame.end();
}

}  // namespace cmr
