#include "models/label_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/png_file.h"
#include "models/score_summary.h"

namespace cmr {
namespace {

using Color = std::array<std::uint8_t, 3>;
constexpr std::array<Color, 6> outlineColors{
    {{0, 0, 0}, {60, 220, 80}, {250, 220, 40}, {70, 140, 255}, {255, 80, 70}, {200, 100, 255}}};
constexpr int enlarged = 2;

struct Canvas {
  int width;
  std::vector<std::uint8_t>& rgb;
  void put(int x, int y, const Color& color) {
    std::copy(color.begin(), color.end(), rgb.begin() + 3 * (y * width + x));
  }
};

std::uint8_t labelAt(const LabelPicture& p, int row, int column) {
  if (p.labels.empty() || row < 0 || column < 0 || row >= p.rows || column >= p.columns) return 0;
  return p.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(p.columns) +
                  static_cast<std::size_t>(column)];
}

// On its own side of a border to something else, seen at the enlarged pixel (i, j).
bool isOutline(const LabelPicture& p, int row, int column, int i, int j) {
  const std::uint8_t own = labelAt(p, row, column);
  if (own == 0) return false;
  return labelAt(p, row, column + (i == 0 ? -1 : 1)) != own ||
         labelAt(p, row + (j == 0 ? -1 : 1), column) != own;
}

void draw(Canvas& canvas, int left, int top, const CutOut& cut, int side) {
  const LabelPicture& p = cut.picture;
  const std::vector<double> values(p.pixels.begin(), p.pixels.end());
  const double low = percentileOf(values, 1);
  const double high = percentileOf(values, 99);
  const int firstColumn = static_cast<int>(std::lround(cut.column)) - side / 2;
  const int firstRow = static_cast<int>(std::lround(cut.row)) - side / 2;
  for (int y = 0; y < side * enlarged; ++y) {
    for (int x = 0; x < side * enlarged; ++x) {
      const int row = firstRow + y / enlarged;
      const int column = firstColumn + x / enlarged;
      if (row < 0 || column < 0 || row >= p.rows || column >= p.columns) continue;
      const auto value = static_cast<double>(
          p.pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(p.columns) +
                   static_cast<std::size_t>(column)]);
      const auto grey = static_cast<std::uint8_t>(
          255 * std::clamp((value - low) / std::max(high - low, 1e-9), 0.0, 1.0));
      const bool outlined = isOutline(p, row, column, x % enlarged, y % enlarged);
      canvas.put(left + x, top + y,
                 outlined ? outlineColors.at(labelAt(p, row, column)) : Color{grey, grey, grey});
    }
  }
  for (const PictureMark& mark : p.marks) {
    const int x = static_cast<int>(std::lround((mark.column - firstColumn + 0.5) * enlarged));
    const int y = static_cast<int>(std::lround((mark.row - firstRow + 0.5) * enlarged));
    for (int d = -4; d <= 4; ++d) {
      for (const auto& [px, py] : {std::pair{x + d, y}, std::pair{x, y + d}}) {
        if (px >= 0 && py >= 0 && px < side * enlarged && py < side * enlarged) {
          canvas.put(left + px, top + py, {255, 255, 255});
        }
      }
    }
  }
}

}  // namespace

void writeLabelPicture(const std::string& path, const std::vector<CutOut>& cutOuts, int side,
                       int across) {
  const int lines = (static_cast<int>(cutOuts.size()) + across - 1) / across;
  const int width = across * side * enlarged;
  const int height = lines * side * enlarged;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                3);
  Canvas canvas{width, rgb};
  for (std::size_t i = 0; i < cutOuts.size(); ++i) {
    const int at = static_cast<int>(i);
    draw(canvas, (at % across) * side * enlarged, (at / across) * side * enlarged, cutOuts[i],
         side);
  }
  writePngRgb(path, width, height, rgb);
}

}  // namespace cmr
