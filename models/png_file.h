// Reading and writing PNG pictures with libpng.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

struct GrayImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint16_t> pixels;  // row by row, values as stored: 0..255 or 0..65535
};

// Grey of at most 16 bits, without transparency. Throws InputError naming the file when it is no
// such picture.
GrayImage readPng(const std::string& path);

// 8-bit pictures; throw ResourceError when the file cannot be written.
void writePngRgb(const std::string& path, int width, int height,
                 const std::vector<std::uint8_t>& rgb);
void writePngGray(const std::string& path, int width, int height,
                  const std::vector<std::uint8_t>& grey);

}  // namespace cmr
