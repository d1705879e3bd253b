#include "analysis/volumes.h"

#include <algorithm>

namespace cmr {

std::vector<double> discThicknessesMm(const ImageStack& stack) {
  const std::vector<double> distances = sliceDistancesMm(stack);
  if (distances.empty()) {
    return {};
  }
  std::vector<double> sorted = distances;
  std::sort(sorted.begin(), sorted.end());
  const double usual = sorted[(sorted.size() - 1) / 2];
  std::vector<double> thicknesses;
  for (std::size_t slice = 0; slice <= distances.size(); ++slice) {
    const double before = slice > 0 ? distances[slice - 1] : std::min(usual, distances.front());
    const double after =
        slice < distances.size() ? distances[slice] : std::min(usual, distances.back());
    thicknesses.push_back((before + after) / 2);
  }
  return thicknesses;
}

double labelAreaMm2(const ImageStack& stack, const LabelStack& labels, int slice, int phase,
                    Structure structure) {
  const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
  const auto frame = labels.frame(slice, phase);
  const auto pixels = std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure));
  return static_cast<double>(pixels) * plane.columnSpacingMm * plane.rowSpacingMm;
}

std::vector<double> volumesMl(const ImageStack& stack, const LabelStack& labels,
                              Structure structure) {
  const std::vector<double> thicknesses = discThicknessesMm(stack);
  if (thicknesses.empty()) {
    return {};
  }
  std::vector<double> volumes;
  for (int phase = 0; phase < labels.phaseCount; ++phase) {
    double mm3 = 0;
    for (int slice = 0; slice < labels.sliceCount; ++slice) {
      mm3 += labelAreaMm2(stack, labels, slice, phase, structure) *
             thicknesses[static_cast<std::size_t>(slice)];
    }
    volumes.push_back(mm3 / 1000);
  }
  return volumes;
}

}  // namespace cmr
