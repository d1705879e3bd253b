#include "models/picture_line.h"

#include <algorithm>
#include <cstdlib>

namespace cmr {

void drawLine(RgbPicture& picture, int x0, int y0, int x1, int y1,
              const std::uint8_t (&colour)[3]) {
  const int steps = std::max({1, std::abs(x1 - x0), std::abs(y1 - y0)});
  for (int i = 0; i <= steps; ++i) {
    picture.set(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, colour);
  }
}

}  // namespace cmr
