// A part of an image, by its pixels.
#pragma once

namespace cmr {

// Pixels of the source grid, both ends included; none: last before first.
struct PixelWindow {
  int firstColumn = 0;
  int lastColumn = -1;
  int firstRow = 0;
  int lastRow = -1;
};

}  // namespace cmr
