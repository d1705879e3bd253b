// One colour per structure wherever we draw it: segmentation, reports' pictures, result page.
// Vermillion, yellow and sky blue of Okabe and Ito's palette (Color Universal Design, 2008): they
// differ in lightness as well as in hue along the blue-yellow axis, so they stay apart for
// red-green colour-blind readers and in grey print, and all three stand out from a grey image.
#pragma once

#include <cstdint>

#include "analysis/label_stack.h"

namespace cmr {

struct RgbColor {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

inline constexpr RgbColor lvCavityColor{213, 94, 0};
inline constexpr RgbColor lvMyocardiumColor{240, 228, 66};  // also the epicardial contour
inline constexpr RgbColor rvCavityColor{86, 180, 233};
inline constexpr RgbColor enhancedColor{204, 121, 167};  // reddish purple of the same palette

constexpr RgbColor structureColor(Structure structure) {
  switch (structure) {
    case Structure::lvCavity:
      return lvCavityColor;
    case Structure::lvMyocardium:
      return lvMyocardiumColor;
    case Structure::rvCavity:
      return rvCavityColor;
    case Structure::background:
      break;
  }
  return {};
}

}  // namespace cmr
