#include "analysis/frame_sampling.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cmr {
namespace {

struct Position {
  double column;
  double row;
};

Position apply(const PixelMap& map, double x, double y) {
  return {map.m[0] * x + map.m[1] * y + map.m[2], map.m[3] * x + map.m[4] * y + map.m[5]};
}

float bilinear(const SourceImage& s, Position p) {
  const double fc = std::floor(p.column);
  const double fr = std::floor(p.row);
  const int c = static_cast<int>(fc);
  const int r = static_cast<int>(fr);
  const auto at = [&](int row, int column) -> double {
    if (row < 0 || column < 0 || row >= s.rows || column >= s.columns) {
      return 0;
    }
    return s.pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(s.columns) +
                    static_cast<std::size_t>(column)];
  };
  const double wc = p.column - fc;
  const double wr = p.row - fr;
  const double top = wc > 0 ? at(r, c) * (1 - wc) + at(r, c + 1) * wc : at(r, c);
  if (wr <= 0) {
    return static_cast<float>(top);
  }
  const double bottom = wc > 0 ? at(r + 1, c) * (1 - wc) + at(r + 1, c + 1) * wc : at(r + 1, c);
  return static_cast<float>(top * (1 - wr) + bottom * wr);
}

// How many sub-samples per axis make one sample pixel cover its source pixels.
int subSamples(const PixelMap& map) {
  const double alongX = std::hypot(map.m[0], map.m[3]);
  const double alongY = std::hypot(map.m[1], map.m[4]);
  return std::clamp(static_cast<int>(std::ceil(std::max(alongX, alongY) - 0.3)), 1, 8);
}

Position displaced(const PixelMap& map, const Displacement& d, int size, int x, int y) {
  if (d.dx.empty()) {
    return apply(map, x, y);
  }
  const auto i =
      static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x);
  return apply(map, x + static_cast<double>(d.dx[i]), y + static_cast<double>(d.dy[i]));
}

bool isInside(double sample, int size) { return sample >= -0.5 && sample <= size - 0.5; }

// First and last of the source's pixels along one axis whose sample lies inside the square.
std::pair<int, int> rangeInside(double step, double start, int size, int count) {
  int first = count;
  int last = -1;
  for (int i = 0; i < count; ++i) {
    if (!isInside((i - start) / step, size)) continue;
    first = std::min(first, i);
    last = i;
  }
  return {first, last};
}

bool nearlyEqual(double a, double b) { return std::abs(a - b) <= gridTolerance * b; }

}  // namespace

PixelMap cropMap(double columnSpacingMm, double rowSpacingMm, double centreColumn, double centreRow,
                 double spacingMm, int size) {
  const double half = (size - 1) / 2.0;
  if (nearlyEqual(columnSpacingMm, spacingMm) && nearlyEqual(rowSpacingMm, spacingMm)) {
    return {{1, 0, std::round(centreColumn - half), 0, 1, std::round(centreRow - half)}};
  }
  const double sx = spacingMm / columnSpacingMm;
  const double sy = spacingMm / rowSpacingMm;
  return {{sx, 0, centreColumn - sx * half, 0, sy, centreRow - sy * half}};
}

PixelMap wholeFieldMap(int rows, int columns, double columnSpacingMm, double rowSpacingMm,
                       int size) {
  const double spanMm = std::max(rows * rowSpacingMm, columns * columnSpacingMm);
  const double spacingMm = spanMm / size;
  const double half = (size - 1) / 2.0;
  const double sx = spacingMm / columnSpacingMm;
  const double sy = spacingMm / rowSpacingMm;
  return {{sx, 0, (columns - 1) / 2.0 - sx * half, 0, sy, (rows - 1) / 2.0 - sy * half}};
}

std::vector<float> sampleImage(const SourceImage& source, const PixelMap& map, int size,
                               const Displacement& displacement) {
  const auto side = static_cast<std::size_t>(size);
  std::vector<float> out(side * side);
  const int n = subSamples(map);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const Position p = displaced(map, displacement, size, x, y);
      double sum = 0;
      for (int j = 0; j < n; ++j) {
        const double oy = (j + 0.5) / n - 0.5;
        for (int i = 0; i < n; ++i) {
          const double ox = (i + 0.5) / n - 0.5;
          sum += static_cast<double>(bilinear(source, {p.column + map.m[0] * ox + map.m[1] * oy,
                                                       p.row + map.m[3] * ox + map.m[4] * oy}));
        }
      }
      out[static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x)] =
          static_cast<float>(sum / (n * n));
    }
  }
  return out;
}

std::vector<std::uint8_t> sampleLabels(std::span<const std::uint8_t> labels, int rows, int columns,
                                       const PixelMap& map, int size, std::uint8_t outside,
                                       const Displacement& displacement) {
  const auto side = static_cast<std::size_t>(size);
  std::vector<std::uint8_t> out(side * side, outside);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const Position p = displaced(map, displacement, size, x, y);
      const auto c = static_cast<int>(std::lround(p.column));
      const auto r = static_cast<int>(std::lround(p.row));
      if (r >= 0 && c >= 0 && r < rows && c < columns) {
        out[static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x)] =
            labels[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
                   static_cast<std::size_t>(c)];
      }
    }
  }
  return out;
}

void normaliseIntensity(std::vector<float>& sample, const IntensityWindow& window) {
  if (window.fixed) {
    const double range = window.fixed->high - window.fixed->low;
    for (float& v : sample) {
      v = std::clamp(static_cast<float>((static_cast<double>(v) - window.fixed->low) / range),
                     -0.5F, 2.0F);
    }
    return;
  }
  std::vector<float> sorted = sample;
  const auto percentile = [&](double percent) {
    const auto index =
        static_cast<std::ptrdiff_t>(percent / 100 * static_cast<double>(sorted.size() - 1) + 0.5);
    std::nth_element(sorted.begin(), sorted.begin() + index, sorted.end());
    return sorted[static_cast<std::size_t>(index)];
  };
  const float low = percentile(window.lowPercentile);
  const float high = percentile(window.highPercentile);
  const float range = high - low;
  for (float& v : sample) {
    v = range > 0 ? std::clamp((v - low) / range, -0.5F, 2.0F) : 0.0F;
  }
}

PixelWindow pixelsInside(const PixelMap& map, int size, int rows, int columns) {
  const auto [firstColumn, lastColumn] = rangeInside(map.m[0], map.m[2], size, columns);
  const auto [firstRow, lastRow] = rangeInside(map.m[4], map.m[5], size, rows);
  return {firstColumn, lastColumn, firstRow, lastRow};
}

GridLabels labelsOnSourceGrid(std::span<const float> probabilities, int classes, int size,
                              const PixelMap& map, int rows, int columns) {
  // The maps used here have no rotation, so the inverse is one division per axis.
  const auto side = static_cast<std::size_t>(size);
  const auto pixelCount = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  GridLabels out{std::vector<std::uint8_t>(pixelCount), std::vector<float>(pixelCount)};
  for (int r = 0; r < rows; ++r) {
    const double y = (r - map.m[5]) / map.m[4];
    for (int c = 0; c < columns; ++c) {
      const double x = (c - map.m[2]) / map.m[0];
      if (!isInside(x, size) || !isInside(y, size)) continue;
      const double cx = std::clamp(x, 0.0, size - 1.0);
      const double cy = std::clamp(y, 0.0, size - 1.0);
      const auto x0 = static_cast<std::size_t>(cx);
      const auto y0 = static_cast<std::size_t>(cy);
      const std::size_t x1 = std::min(x0 + 1, side - 1);
      const std::size_t y1 = std::min(y0 + 1, side - 1);
      const double wx = cx - static_cast<double>(x0);
      const double wy = cy - static_cast<double>(y0);
      const std::size_t target = static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
                                 static_cast<std::size_t>(c);
      double best = -1;
      for (int k = 0; k < classes; ++k) {
        const float* plane = probabilities.data() + static_cast<std::size_t>(k) * side * side;
        const auto at = [&](std::size_t row, std::size_t column) {
          return static_cast<double>(plane[row * side + column]);
        };
        const double p = (at(y0, x0) * (1 - wx) + at(y0, x1) * wx) * (1 - wy) +
                         (at(y1, x0) * (1 - wx) + at(y1, x1) * wx) * wy;
        if (p > best) {
          best = p;
          out.labels[target] = static_cast<std::uint8_t>(k);
          out.probability[target] = static_cast<float>(p);
        }
      }
    }
  }
  return out;
}

}  // namespace cmr
