// Rings of wall around a cavity, painted from formulas: radii in mm by direction.
#pragma once

#include <cmath>
#include <functional>
#include <utility>

#include "analysis/image_stack.h"
#include "analysis/label_stack.h"

namespace cmr::test {

using Radius = std::function<double(double directionRad)>;

struct RingHeart {
  int size = 128;
  double columnMm = 1.25;
  double rowMm = 1.25;
  double sliceMm = 8;
  double centreX = 62.3;  // pixels
  double centreY = 65.8;

  ImageStack stack(int slices, int phases) const {
    ImageStack s;
    s.rows = s.columns = size;
    s.sliceCount = slices;
    s.phaseCount = phases;
    for (int slice = 0; slice < slices; ++slice) {
      s.planes.push_back({{0, 0, -slice * sliceMm}, {1, 0, 0}, {0, 1, 0}, columnMm, rowMm});
    }
    for (int i = 0; i < slices * phases; ++i) {
      StackFrame frame;
      frame.sourceIndex = static_cast<std::size_t>(i);
      s.frames.push_back(std::move(frame));
    }
    return s;
  }

  LabelStack noLabels(int slices, int phases) const {
    return LabelStack(size, size, slices, phases);
  }

  void draw(LabelStack& labels, int slice, int phase, const Radius& endocardium,
            const Radius& epicardium) const {
    const auto frame = labels.frame(slice, phase);
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < size; ++column) {
        const double x = (column - centreX) * columnMm;
        const double y = (row - centreY) * rowMm;
        const double direction = std::atan2(y, x);
        const double away = std::hypot(x, y);
        if (away >= epicardium(direction)) continue;
        frame[static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
              static_cast<std::size_t>(column)] =
            static_cast<std::uint8_t>(away < endocardium(direction) ? Structure::lvCavity
                                                                    : Structure::lvMyocardium);
      }
    }
  }
};

inline Radius circle(double mm) {
  return [mm](double) { return mm; };
}

}  // namespace cmr::test
