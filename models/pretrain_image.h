// One grey picture to pretrain on: no labels, no patient, no position in space.
#pragma once

#include <string>
#include <vector>

namespace cmr {

struct PretrainImage {
  std::string name;  // for messages
  int rows = 0;
  int columns = 0;
  double rowsPerColumn = 1;  // height of a pixel over its width
  std::vector<float> pixels;
  double columnSpacingMm = 0;  // 0: unknown
};

}  // namespace cmr
