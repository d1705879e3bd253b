#include "analysis/heart_axis.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace cmr {
namespace {

struct Line {
  double atZero = 0;
  double perSlice = 0;
};

Line fitLine(const std::vector<CentreObservation>& seen, double CentreObservation::*coordinate,
             bool sloped) {
  double w = 0;
  double ws = 0;
  double wy = 0;
  double wss = 0;
  double wsy = 0;
  for (const auto& o : seen) {
    const double y = o.*coordinate;
    w += o.weight;
    ws += o.weight * o.slice;
    wy += o.weight * y;
    wss += o.weight * o.slice * o.slice;
    wsy += o.weight * o.slice * y;
  }
  const double determinant = w * wss - ws * ws;
  if (!sloped || determinant <= 1e-9 * w * wss) {
    return {wy / w, 0};
  }
  const double slope = (w * wsy - ws * wy) / determinant;
  return {(wy - slope * ws) / w, slope};
}

HeartAxis fitOnce(const std::vector<CentreObservation>& seen) {
  std::set<int> slices;
  for (const auto& o : seen) {
    slices.insert(o.slice);
  }
  const bool sloped = slices.size() >= 3;
  const Line column = fitLine(seen, &CentreObservation::column, sloped);
  const Line row = fitLine(seen, &CentreObservation::row, sloped);
  return {column.atZero,
          column.perSlice,
          row.atZero,
          row.perSlice,
          static_cast<double>(*slices.begin()),
          static_cast<double>(*slices.rbegin())};
}

}  // namespace

double HeartAxis::column(double slice) const {
  return columnAtZero + columnPerSlice * std::clamp(slice, firstSlice, lastSlice);
}

double HeartAxis::row(double slice) const {
  return rowAtZero + rowPerSlice * std::clamp(slice, firstSlice, lastSlice);
}

HeartAxis fitHeartAxis(const std::vector<CentreObservation>& seen, int rows, int columns) {
  std::vector<CentreObservation> usable;
  std::copy_if(seen.begin(), seen.end(), std::back_inserter(usable),
               [](const CentreObservation& o) { return o.weight > 1e-3; });
  if (usable.empty()) {
    return {(columns - 1) / 2.0, 0, (rows - 1) / 2.0, 0, 0, 0};
  }
  const HeartAxis first = fitOnce(usable);
  const auto distance = [&](const CentreObservation& o) {
    return std::hypot(o.column - first.column(o.slice), o.row - first.row(o.slice));
  };
  std::vector<double> distances;
  for (const auto& o : usable) {
    distances.push_back(distance(o));
  }
  std::nth_element(distances.begin(),
                   distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2),
                   distances.end());
  const double limit = std::max(3.0, 2.5 * distances[distances.size() / 2]);
  std::vector<CentreObservation> kept;
  std::copy_if(usable.begin(), usable.end(), std::back_inserter(kept),
               [&](const CentreObservation& o) { return distance(o) <= limit; });
  return kept.empty() ? first : fitOnce(kept);
}

}  // namespace cmr
