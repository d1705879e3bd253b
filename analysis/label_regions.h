// Connected parts, holes and distances in one frame of labels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cmr {

// One byte per pixel, 0 or 1, row by row.
struct BinaryImage {
  int rows = 0;
  int columns = 0;
  std::vector<std::uint8_t> pixels;

  BinaryImage(int rowCount, int columnCount)
      : rows(rowCount),
        columns(columnCount),
        pixels(static_cast<std::size_t>(rowCount) * static_cast<std::size_t>(columnCount)) {}
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(x);
  }
  bool holds(int x, int y) const { return x >= 0 && y >= 0 && x < columns && y < rows; }
  bool at(int x, int y) const { return holds(x, y) && pixels[index(x, y)] != 0; }
};

// {pixel : label is labelA or labelB}.
BinaryImage pixelsOf(std::span<const std::uint8_t> frame, int rows, int columns,
                     std::uint8_t labelA, std::uint8_t labelB);
BinaryImage pixelsOf(std::span<const std::uint8_t> frame, int rows, int columns,
                     std::uint8_t label);

struct Region {
  std::vector<std::size_t> pixels;  // indices, in the order they were found
  double column = 0;                // centre
  double row = 0;
};

// The parts connected along rows and columns (not diagonally), largest first; equal ones in the
// order of their first pixel.
std::vector<Region> connectedRegions(const BinaryImage& image);

// Pixels outside of the set that it encloses: those that no path along rows, columns and diagonals
// leads out of the image from.
std::vector<std::size_t> holesOf(const BinaryImage& image);

// Signed Euclidean distance to the border of the set in mm, negative inside, measured between
// pixel centres less half a pixel (Felzenszwalb and Huttenlocher, Theory of Computing 2012;8:415).
// Pixels may be oblong. An empty set is infinitely far.
std::vector<double> signedDistanceMm(const BinaryImage& image, double columnSpacingMm,
                                     double rowSpacingMm);

}  // namespace cmr
