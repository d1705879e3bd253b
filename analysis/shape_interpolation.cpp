#include "analysis/shape_interpolation.h"

#include <algorithm>
#include <cmath>

#include "analysis/label_regions.h"
#include "analysis/label_stack.h"

namespace cmr {
namespace {

struct Centre {
  double column = 0;
  double row = 0;
  bool found = false;
};

Centre centreOf(const BinaryImage& image) {
  Centre centre;
  double count = 0;
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.columns; ++x) {
      if (image.at(x, y)) {
        centre.column += x;
        centre.row += y;
        ++count;
      }
    }
  }
  if (count > 0) {
    centre = {centre.column / count, centre.row / count, true};
  }
  return centre;
}

double valueAt(const std::vector<double>& field, const BinaryImage& image, double column,
               double row) {
  const double x = std::clamp(column, 0.0, image.columns - 1.0);
  const double y = std::clamp(row, 0.0, image.rows - 1.0);
  const int x0 = std::min(static_cast<int>(x), std::max(0, image.columns - 2));
  const int y0 = std::min(static_cast<int>(y), std::max(0, image.rows - 2));
  const int x1 = std::min(x0 + 1, image.columns - 1);
  const int y1 = std::min(y0 + 1, image.rows - 1);
  const double fx = x - x0;
  const double fy = y - y0;
  return (1 - fy) * ((1 - fx) * field[image.index(x0, y0)] + fx * field[image.index(x1, y0)]) +
         fy * ((1 - fx) * field[image.index(x0, y1)] + fx * field[image.index(x1, y1)]);
}

BinaryImage between(const PlaneGeometry& plane, const BinaryImage& a, const BinaryImage& b,
                    double weightOfB) {
  BinaryImage mixed(a.rows, a.columns);
  const Centre centreA = centreOf(a);
  const Centre centreB = centreOf(b);
  if (!centreA.found || !centreB.found) {
    return mixed;
  }
  const std::vector<double> fieldA = signedDistanceMm(a, plane.columnSpacingMm, plane.rowSpacingMm);
  const std::vector<double> fieldB = signedDistanceMm(b, plane.columnSpacingMm, plane.rowSpacingMm);
  const double column = (1 - weightOfB) * centreA.column + weightOfB * centreB.column;
  const double row = (1 - weightOfB) * centreA.row + weightOfB * centreB.row;
  for (int y = 0; y < mixed.rows; ++y) {
    for (int x = 0; x < mixed.columns; ++x) {
      const double dx = x - column;
      const double dy = y - row;
      const double d = (1 - weightOfB) * valueAt(fieldA, a, centreA.column + dx, centreA.row + dy) +
                       weightOfB * valueAt(fieldB, b, centreB.column + dx, centreB.row + dy);
      mixed.pixels[mixed.index(x, y)] = d < 0;
    }
  }
  return mixed;
}

}  // namespace

std::vector<std::uint8_t> interpolateLabels(const PlaneGeometry& plane, int rows, int columns,
                                            std::span<const std::uint8_t> a,
                                            std::span<const std::uint8_t> b, double weightOfB) {
  const auto shape = [&](Structure first, Structure second) {
    const auto one = static_cast<std::uint8_t>(first);
    const auto two = static_cast<std::uint8_t>(second);
    return between(plane, pixelsOf(a, rows, columns, one, two),
                   pixelsOf(b, rows, columns, one, two), weightOfB);
  };
  const BinaryImage right = shape(Structure::rvCavity, Structure::rvCavity);
  const BinaryImage outer = shape(Structure::lvCavity, Structure::lvMyocardium);
  const BinaryImage inner = shape(Structure::lvCavity, Structure::lvCavity);
  std::vector<std::uint8_t> labels(right.pixels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Structure label = inner.pixels[i] != 0   ? Structure::lvCavity
                            : outer.pixels[i] != 0 ? Structure::lvMyocardium
                            : right.pixels[i] != 0 ? Structure::rvCavity
                                                   : Structure::background;
    labels[i] = static_cast<std::uint8_t>(label);
  }
  return labels;
}

}  // namespace cmr
