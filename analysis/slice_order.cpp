#include "analysis/slice_order.h"

#include <algorithm>
#include <cmath>
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

// Middle and half length of the slices that hold the label.
struct Extent {
  double middle = 0;
  double half = 0;
};

Extent extentOf(const std::vector<double>& sums) {
  int first = -1;
  int last = -1;
  for (std::size_t slice = 0; slice < sums.size(); ++slice) {
    if (sums[slice] > 0) {
      first = first < 0 ? static_cast<int>(slice) : first;
      last = static_cast<int>(slice);
    }
  }
  return {(first + last) / 2.0, (last - first) / 2.0};
}

}  // namespace

bool baseIsFirst(const ImageStack& stack, const LabelStack& labels) {
  const std::vector<double> left = sliceSums(labels, Structure::lvCavity);
  const std::vector<double> right = sliceSums(labels, Structure::rvCavity);
  const Extent extent = extentOf(left);
  double towardsFirst = 0;  // in units that make a clear witness about 1
  if (extent.half > 0) {
    towardsFirst += 8 * (extent.middle - centreOf(left)) / (2 * extent.half + 1);
    if (centreOf(right) >= 0) {
      towardsFirst +=
          std::clamp(4 * (centreOf(left) - centreOf(right)) / (2 * extent.half + 1), -1.0, 1.0);
    }
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
