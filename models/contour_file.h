// Contours drawn in image pixels, from text to masks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cmr {

// In pixels from the outer corner of the first pixel, so that its centre is at (0.5, 0.5). The data
// set does not say so; it was measured: read from the first pixel's centre, the cavities' edges lie
// 0.6 to 0.9 pixels up and left of the contours, in human series as in the pig's.
struct ContourPoint {
  double x = 0;
  double y = 0;
};

// One "x y" pair per line. Throws InputError on anything else and on fewer than three points.
std::vector<ContourPoint> readContourFile(const std::string& path);

// 1 where a pixel's centre lies inside of the closed polygon (even-odd rule), else 0; row by row.
std::vector<std::uint8_t> fillContour(const std::vector<ContourPoint>& contour, int rows,
                                      int columns);

}  // namespace cmr
