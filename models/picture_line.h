// Straight lines in small pictures.
#pragma once

#include <cstdint>

#include "models/picture_text.h"

namespace cmr {

// Both ends included; what lies outside of the picture is left out.
void drawLine(RgbPicture& picture, int x0, int y0, int x1, int y1, const std::uint8_t (&colour)[3]);

}  // namespace cmr
