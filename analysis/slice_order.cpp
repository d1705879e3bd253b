#include "analysis/slice_order.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <vector>

namespace cmr {
namespace {

// Pixels of a label in each slice, all phases together.
std::vector<double> sliceSums(const LabelStack& labels, Structure structure) {
  std::vector<double> sums;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    double sum = 0;
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      const auto frame = labels.frame(slice, phase);
      sum += static_cast<double>(
          std::count(frame.begin(), frame.end(), static_cast<std::uint8_t>(structure)));
    }
    sums.push_back(sum);
  }
  return sums;
}

double centreOf(const std::vector<double>& sums) {
  double weight = 0;
  double moment = 0;
  for (std::size_t slice = 0; slice < sums.size(); ++slice) {
    weight += sums[slice];
    moment += sums[slice] * static_cast<double>(slice);
  }
  return weight > 0 ? moment / weight : -1;
}

// Logarithm of how much larger the label is over the first third of its slices than over the last.
double taper(const std::vector<double>& sums) {
  std::vector<double> held;
  std::copy_if(sums.begin(), sums.end(), std::back_inserter(held),
               [](double sum) { return sum > 0; });
  if (held.size() < 2) {
    return 0;
  }
  const auto third = static_cast<std::ptrdiff_t>((held.size() + 2) / 3);
  return std::log(std::accumulate(held.begin(), held.begin() + third, 0.0) /
                  std::accumulate(held.end() - third, held.end(), 0.0));
}

}  // namespace

bool baseIsFirst(const ImageStack& stack, const LabelStack& labels) {
  const std::vector<double> left = sliceSums(labels, Structure::lvCavity);
  const std::vector<double> right = sliceSums(labels, Structure::rvCavity);
  // Each witness is scaled so that a clear one speaks with about 1, the tapering cavity with 2.
  double towardsFirst = std::clamp(2 * taper(left), -2.0, 2.0);
  const double held = static_cast<double>(
      std::count_if(left.begin(), left.end(), [](double sum) { return sum > 0; }));
  if (held > 0 && centreOf(right) >= 0) {
    towardsFirst += std::clamp(4 * (centreOf(left) - centreOf(right)) / held, -1.0, 1.0);
  }
  if (stack.planes.size() > 1) {
    const Vec3 path = stack.planes.back().originMm - stack.planes.front().originMm;
    const Vec3 normal = planeNormal(stack.planes.front());
    const double along = dot(path, normal) < 0 ? -1 : 1;
    const Vec3 towardsApex{0.62, -0.62, -0.48};
    towardsFirst += along * dot(normal, towardsApex);
  }
  return towardsFirst >= 0;
}

}  // namespace cmr
