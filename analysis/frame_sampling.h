// From a source frame to the square the network sees, and back. Training and inference share
// these lines: an augmented sample differs only in its map and displacement.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/pixel_window.h"

namespace cmr {

// Affine map from a sample pixel (x, y) to source pixel coordinates:
// column = m[0] x + m[1] y + m[2], row = m[3] x + m[4] y + m[5].
struct PixelMap {
  std::array<double, 6> m{1, 0, 0, 0, 1, 0};
};

// Added to the sample position before the map, in sample pixels; empty for none.
struct Displacement {
  std::vector<float> dx;  // size * size
  std::vector<float> dy;
};

struct SourceImage {
  std::span<const float> pixels;
  int rows = 0;
  int columns = 0;
};

// Square of side `size` at `spacingMm`, centred on a source position. When the source spacing is
// within gridTolerance of the wanted one on both axes, the source grid itself is taken (whole-pixel
// offset, no interpolation), so nothing is blurred and masks map back pixel for pixel.
inline constexpr double gridTolerance = 0.05;
PixelMap cropMap(double columnSpacingMm, double rowSpacingMm, double centreColumn, double centreRow,
                 double spacingMm, int size);

// The whole field fitted into the square: its longer side spans it, its middle is in the middle.
PixelMap wholeFieldMap(int rows, int columns, double columnSpacingMm, double rowSpacingMm,
                       int size);

// Bilinear; outside the source is 0 (air). When the map shrinks the image, each sample averages
// over a grid of sub-samples, as many as one sample pixel covers source pixels.
std::vector<float> sampleImage(const SourceImage& source, const PixelMap& map, int size,
                               const Displacement& displacement = {});

// Nearest neighbour; outside the source is `outside`.
std::vector<std::uint8_t> sampleLabels(std::span<const std::uint8_t> labels, int rows, int columns,
                                       const PixelMap& map, int size, std::uint8_t outside,
                                       const Displacement& displacement = {});

// What becomes 0 and 1, clamped to [-0.5, 2], per sample: two percentiles of its own content (a
// flat sample becomes all 0); or, where pixels are quantities and percentiles would erase them, two
// fixed values (maps: milliseconds).
struct FixedWindow {
  double low = 0;
  double high = 1;
};
struct IntensityWindow {
  double lowPercentile = 1;
  double highPercentile = 99;
  std::optional<FixedWindow> fixed = {};
};
void normaliseIntensity(std::vector<float>& sample, const IntensityWindow& window = {});

// Class probabilities [classes][size][size] brought back onto the source grid: for every source
// pixel inside the square the bilinear mixture, and the most probable class; 0 outside.
struct GridLabels {
  std::vector<std::uint8_t> labels;  // rows * columns
  std::vector<float> probability;    // of the chosen label, 0 outside the square
};
// Source pixels inside the square, as labelsOnSourceGrid takes them.
PixelWindow pixelsInside(const PixelMap& map, int size, int rows, int columns);
GridLabels labelsOnSourceGrid(std::span<const float> probabilities, int classes, int size,
                              const PixelMap& map, int rows, int columns);

}  // namespace cmr
