#include "analysis/frame_shape.h"

#include <array>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr int directions = 72;

struct View {
  std::span<const std::uint8_t> pixels;
  int rows;
  int columns;

  Structure at(double x, double y) const {
    const auto column = static_cast<int>(std::lround(x));
    const auto row = static_cast<int>(std::lround(y));
    if (column < 0 || row < 0 || column >= columns || row >= rows) {
      return Structure::background;
    }
    return static_cast<Structure>(
        pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
               static_cast<std::size_t>(column)]);
  }
};

// Walks outwards: is there myocardium just behind the last pixel of cavity?
bool walled(const View& view, double x, double y, double angle) {
  const double dx = std::cos(angle) / 2;
  const double dy = std::sin(angle) / 2;
  const int steps = 2 * (view.rows + view.columns);
  int lastCavity = 0;
  for (int step = 0; step < steps; ++step) {
    const double px = x + step * dx;
    const double py = y + step * dy;
    if (px < -1 || py < -1 || px > view.columns || py > view.rows) {
      break;
    }
    if (view.at(px, py) == Structure::lvCavity) {
      lastCavity = step;
    }
  }
  for (int step = lastCavity + 1; step <= lastCavity + 3; ++step) {
    if (view.at(x + step * dx, y + step * dy) == Structure::lvMyocardium) {
      return true;
    }
  }
  return false;
}

}  // namespace

FrameShape shapeOf(const PlaneGeometry& plane, const LabelStack& labels, int slice, int phase) {
  const View view{labels.frame(slice, phase), labels.rows, labels.columns};
  std::array<double, structureCount> count{};
  std::array<double, structureCount> column{};
  std::array<double, structureCount> row{};
  for (std::size_t i = 0; i < view.pixels.size(); ++i) {
    const auto label = view.pixels[i];
    if (label == 0 || label >= structureCount) {
      continue;
    }
    count[label] += 1;
    column[label] += static_cast<double>(i % static_cast<std::size_t>(labels.columns));
    row[label] += static_cast<double>(i / static_cast<std::size_t>(labels.columns));
  }
  const auto cavity = static_cast<std::size_t>(Structure::lvCavity);
  const auto myocardium = static_cast<std::size_t>(Structure::lvMyocardium);
  const double pixelMm2 = plane.columnSpacingMm * plane.rowSpacingMm;
  FrameShape shape;
  shape.cavityMm2 = count[cavity] * pixelMm2;
  shape.myocardiumMm2 = count[myocardium] * pixelMm2;
  shape.rvMm2 = count[static_cast<std::size_t>(Structure::rvCavity)] * pixelMm2;
  const std::size_t centred = count[cavity] > 0 ? cavity : myocardium;
  if (count[centred] > 0) {
    shape.column = column[centred] / count[centred];
    shape.row = row[centred] / count[centred];
  }
  if (count[cavity] > 0) {
    int walls = 0;
    for (int k = 0; k < directions; ++k) {
      walls += walled(view, shape.column, shape.row, 2 * std::numbers::pi * k / directions);
    }
    shape.ring = static_cast<double>(walls) / directions;
  }
  return shape;
}

std::vector<FrameShape> shapesOf(const ImageStack& stack, const LabelStack& labels) {
  std::vector<FrameShape> shapes;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    for (int phase = 0; phase < labels.phaseCount; ++phase) {
      shapes.push_back(
          shapeOf(stack.planes.at(static_cast<std::size_t>(slice)), labels, slice, phase));
    }
  }
  return shapes;
}

}  // namespace cmr
