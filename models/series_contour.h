// An expert's outline of one image of a series, on the grid of that image.
#pragma once

#include <optional>

#include "models/mask_overlap.h"

namespace cmr {

struct SeriesContour {
  int instanceNumber = 0;
  int slice = 0;  // in the stack
  int phase = 0;
  Mask endo;
  std::optional<Mask> epi;  // filled: cavity and myocardium; none where it was not drawn
};

}  // namespace cmr
