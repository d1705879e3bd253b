// A frame of 48 x 48 pixels with a bright disk in a dark ring on grey: a heart to overfit on.
#pragma once

#include <cmath>
#include <string>

#include "models/partial_labels.h"
#include "models/training_frame.h"

namespace cmr {

struct TinyFrame {
  double column = 24;
  double row = 24;
  double radius = 7;
  bool withEpi = true;
  int side = 48;
  double spacingMm = 2;
};

inline TrainingFrame tinyFrame(const std::string& patient, const TinyFrame& f = {}) {
  TrainingFrame frame;
  frame.name = frame.patient = patient;
  frame.source = "drawn";
  frame.rows = frame.columns = f.side;
  frame.spacingMm = f.spacingMm;
  std::vector<std::uint8_t> endo;
  std::vector<std::uint8_t> epi;
  for (int r = 0; r < f.side; ++r) {
    for (int c = 0; c < f.side; ++c) {
      const double distance = std::hypot(c - f.column, r - f.row);
      endo.push_back(distance < f.radius ? 1 : 0);
      epi.push_back(distance < f.radius + 4 ? 1 : 0);
      frame.pixels.push_back(endo.back() != 0 ? 0.9F : epi.back() != 0 ? 0.1F : 0.5F);
    }
  }
  labelByMasks(frame, endo, f.withEpi ? &epi : nullptr);
  return frame;
}

}  // namespace cmr
