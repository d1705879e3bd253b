// Small text in pictures that carry no font: digits, lower-case letters and a few signs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

struct RgbPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  // 3 * width * height

  RgbPicture(int w, int h, std::uint8_t grey);
  void set(int x, int y, const std::uint8_t (&colour)[3]);  // outside of the picture: nothing
};

inline constexpr int textAdvance = 6;  // pixels from letter to letter
inline constexpr int textHeight = 8;

// x, y: the upper left corner. Letters that are not there leave a gap.
void drawText(RgbPicture& picture, int x, int y, const std::string& text);

}  // namespace cmr
