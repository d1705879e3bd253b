#include "analysis/heart_search.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/frame_shape.h"
#include "analysis/label_regions.h"

namespace cmr {
namespace {

constexpr int pooledCandidates = 4;
constexpr double sameAxisMm = 15;

struct Grid {
  std::span<const float> cells;
  int rows;
  int columns;

  float at(int row, int column) const {
    return row < 0 || column < 0 || row >= rows || column >= columns
               ? 0
               : cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                       static_cast<std::size_t>(column)];
  }
};

// Sub-cell position: expectation over the 3x3 cells around the peak.
LocatedCentre expectation(const Grid& grid, int peakRow, int peakColumn) {
  LocatedCentre centre;
  for (int r = peakRow - 1; r <= peakRow + 1; ++r) {
    for (int c = peakColumn - 1; c <= peakColumn + 1; ++c) {
      const double weight = static_cast<double>(grid.at(r, c));
      centre.presence += weight;
      centre.row += weight * r;
      centre.column += weight * c;
    }
  }
  if (centre.presence > 0) {
    centre.row /= centre.presence;
    centre.column /= centre.presence;
  } else {
    centre.row = peakRow;
    centre.column = peakColumn;
  }
  return centre;
}

CentreObservation observation(const LocatedCentre& centre, const FieldLook& look, int cellSize) {
  const double x = (centre.column + 0.5) * cellSize - 0.5;
  const double y = (centre.row + 0.5) * cellSize - 0.5;
  const auto& m = look.map.m;
  return {look.frame.slice, m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5],
          centre.presence};
}

std::vector<float> pooledProbabilities(const std::vector<FieldLook>& looks) {
  std::vector<float> sum(looks.front().probabilities.size());
  for (const FieldLook& look : looks) {
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += look.probabilities[i] / static_cast<float>(looks.size());
    }
  }
  return sum;
}

}  // namespace

std::vector<FrameKey> scoutFrames(const ImageStack& stack) {
  std::vector<FrameKey> frames;
  const std::set<int> phases{0, stack.phaseCount / 3};
  for (int s = 0; s < stack.sliceCount; ++s) {
    for (const int p : phases) frames.push_back({s, p});
  }
  return frames;
}

std::vector<FrameKey> probesAmong(const std::vector<FrameKey>& scouts) {
  constexpr std::size_t probedFrames = 6;
  const std::size_t first = scouts.size() / 4;
  const std::size_t last = std::max(first + 1, scouts.size() - scouts.size() / 4);
  const std::size_t stride = (last - first + probedFrames - 1) / probedFrames;
  std::vector<FrameKey> middle;
  for (std::size_t i = first; i < last; i += std::max<std::size_t>(1, stride)) {
    middle.push_back(scouts[i]);
  }
  return middle;
}

std::vector<LocatedCentre> likelyCentres(std::span<const float> probabilities, int gridRows,
                                         int gridColumns, int count) {
  const auto cells = static_cast<std::size_t>(gridRows) * static_cast<std::size_t>(gridColumns);
  std::vector<float> left(probabilities.begin(),
                          probabilities.begin() + static_cast<std::ptrdiff_t>(cells));
  std::vector<LocatedCentre> centres;
  for (int k = 0; k < count; ++k) {
    const auto peak = std::max_element(left.begin(), left.end());
    if (k > 0 && *peak <= 0) {
      break;
    }
    const auto at = static_cast<int>(peak - left.begin());
    const int peakRow = at / gridColumns;
    const int peakColumn = at % gridColumns;
    centres.push_back(expectation({probabilities, gridRows, gridColumns}, peakRow, peakColumn));
    for (int r = std::max(0, peakRow - 2); r <= std::min(gridRows - 1, peakRow + 2); ++r) {
      for (int c = std::max(0, peakColumn - 2); c <= std::min(gridColumns - 1, peakColumn + 2);
           ++c) {
        left[static_cast<std::size_t>(r * gridColumns + c)] = 0;
      }
    }
  }
  return centres;
}

std::vector<HeartAxis> candidateAxes(const std::vector<FieldLook>& looks, int gridRows,
                                     int gridColumns, int cellSize, const ImageStack& stack) {
  std::vector<CentreObservation> seen;
  for (const FieldLook& look : looks) {
    seen.push_back(observation(likelyCentres(look.probabilities, gridRows, gridColumns, 1).front(),
                               look, cellSize));
  }
  std::vector<HeartAxis> axes{fitHeartAxis(seen, stack.rows, stack.columns)};
  if (looks.empty()) {
    return axes;
  }
  for (const LocatedCentre& centre :
       likelyCentres(pooledProbabilities(looks), gridRows, gridColumns, pooledCandidates)) {
    const HeartAxis axis =
        fitHeartAxis({observation({centre.column, centre.row, 1}, looks.front(), cellSize)},
                     stack.rows, stack.columns);
    if (std::none_of(axes.begin(), axes.end(), [&](const HeartAxis& known) {
          return axisDistanceMm(axis, known, stack) < sameAxisMm;
        })) {
      axes.push_back(axis);
    }
  }
  return axes;
}

std::vector<HeartAxis> axesOverField(const ImageStack& stack, double strideMm) {
  const PlaneGeometry& plane = stack.planes.front();
  const double columnStride = strideMm / plane.columnSpacingMm;
  const double rowStride = strideMm / plane.rowSpacingMm;
  const double middleColumn = (stack.columns - 1) / 2.0;
  const double middleRow = (stack.rows - 1) / 2.0;
  // Places whose crop would hold little more than the border of the field are left out.
  const int across = static_cast<int>((middleColumn - columnStride / 2) / columnStride);
  const int down = static_cast<int>((middleRow - rowStride / 2) / rowStride);
  std::vector<HeartAxis> axes;
  for (int j = -down; j <= down; ++j) {
    for (int i = -across; i <= across; ++i) {
      axes.push_back({middleColumn + i * columnStride, 0, middleRow + j * rowStride, 0, 0, 0});
    }
  }
  std::stable_sort(axes.begin(), axes.end(), [&](const HeartAxis& a, const HeartAxis& b) {
    const auto distance = [&](const HeartAxis& axis) {
      return std::hypot((axis.columnAtZero - middleColumn) * plane.columnSpacingMm,
                        (axis.rowAtZero - middleRow) * plane.rowSpacingMm);
    };
    return distance(a) < distance(b);
  });
  return axes;
}

std::vector<CentreObservation> cavityCentres(const ImageStack& stack, const Segmentation& seen,
                                             std::span<const FrameKey> frames) {
  std::vector<CentreObservation> centres;
  for (const FrameKey& key : frames) {
    const auto regions =
        connectedRegions(pixelsOf(seen.labels.frame(key.slice, key.phase), stack.rows,
                                  stack.columns, static_cast<std::uint8_t>(Structure::lvCavity)));
    if (regions.empty()) {
      continue;
    }
    const auto frame = static_cast<std::size_t>(key.slice * stack.phaseCount + key.phase);
    const auto confidence = static_cast<double>(
        seen.confidence.at(frame).meanProbability[static_cast<std::size_t>(Structure::lvCavity)]);
    const double ring = shapeOf(stack.planes.at(static_cast<std::size_t>(key.slice)), seen.labels,
                                key.slice, key.phase)
                            .ring;
    const Region& largest = regions.front();
    centres.push_back({key.slice, largest.column, largest.row,
                       static_cast<double>(largest.pixels.size()) * confidence * (0.1 + ring)});
  }
  return centres;
}

double heartLikeness(const ImageStack& stack, const Segmentation& seen,
                     std::span<const FrameKey> frames) {
  double sum = 0;
  for (const FrameKey& key : frames) {
    const auto frame = static_cast<std::size_t>(key.slice * stack.phaseCount + key.phase);
    sum +=
        static_cast<double>(seen.confidence.at(frame)
                                .meanProbability[static_cast<std::size_t>(Structure::lvCavity)]) *
        shapeOf(stack.planes.at(static_cast<std::size_t>(key.slice)), seen.labels, key.slice,
                key.phase)
            .ring;
  }
  return frames.empty() ? 0 : sum / static_cast<double>(frames.size());
}

double axisDistanceMm(const HeartAxis& a, const HeartAxis& b, const ImageStack& stack) {
  double largest = 0;
  for (int slice = 0; slice < stack.sliceCount; ++slice) {
    const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
    largest =
        std::max(largest, std::hypot((a.column(slice) - b.column(slice)) * plane.columnSpacingMm,
                                     (a.row(slice) - b.row(slice)) * plane.rowSpacingMm));
  }
  return largest;
}

}  // namespace cmr
