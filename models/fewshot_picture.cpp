#include "models/fewshot_picture.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "models/picture_line.h"
#include "models/png_file.h"

namespace cmr {
namespace {

using Colour = std::uint8_t[3];
using Figure = DrawsRange FewshotRow::*;

// Okabe and Ito's colours, which the colour-blind tell apart, too.
constexpr std::uint8_t colours[][3] = {{0, 114, 178},   {213, 94, 0},   {0, 158, 115},
                                       {204, 121, 167}, {86, 180, 233}, {230, 159, 0},
                                       {60, 60, 60},    {160, 140, 20}};
constexpr std::uint8_t frameGrey[3] = {150, 150, 150};
constexpr std::uint8_t gridGrey[3] = {225, 225, 225};

constexpr int width = 720;
constexpr int panelHeight = 300;
constexpr int left = 50;
constexpr int right = width - 20;
constexpr int top = 26;
constexpr int bottom = panelHeight - 34;
constexpr int legendLine = 14;
constexpr int aside = 4;  // between the bars of two arms, so that they do not hide each other

const Colour& colourOf(std::size_t arm) { return colours[arm % std::size(colours)]; }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

struct Panel {
  int y0;  // of its upper edge
  double low;
  double high;
  std::size_t sizes;

  int x(std::size_t size) const {
    return left + static_cast<int>((right - left) * (static_cast<double>(size) + 0.5) /
                                   static_cast<double>(sizes));
  }
  int y(double value) const {
    return y0 + bottom -
           static_cast<int>(std::lround((bottom - top) * (value - low) / (high - low)));
  }
};

// From whole tenths to whole tenths about all draws.
Panel panelOf(const std::vector<FewshotRow>& rows, Figure figure, int y0, std::size_t sizes) {
  double low = 1;
  double high = 0;
  for (const FewshotRow& row : rows) {
    const DrawsRange& range = row.*figure;
    if (!std::isfinite(range.mean)) continue;
    low = std::min(low, range.low);
    high = std::max(high, range.high);
  }
  if (high < low) return {y0, 0, 1, sizes};
  low = std::floor(10 * low) / 10;
  high = std::ceil(10 * high) / 10;
  return {y0, low, std::max(high, low + 0.1), sizes};
}

void drawAxes(RgbPicture& picture, const Panel& panel, const std::string& title,
              const std::vector<std::size_t>& sizes) {
  const int tenths = static_cast<int>(std::lround(10 * (panel.high - panel.low)));
  for (int i = 0; i <= tenths; ++i) {
    const double value = panel.low + 0.1 * i;
    drawLine(picture, left, panel.y(value), right, panel.y(value), gridGrey);
    char text[16];
    std::snprintf(text, sizeof text, "%.1f", value);
    drawText(picture, left - 8 - 3 * textAdvance, panel.y(value) - textHeight / 2, text);
  }
  drawLine(picture, left, panel.y0 + top, left, panel.y0 + bottom, frameGrey);
  drawLine(picture, left, panel.y0 + bottom, right, panel.y0 + bottom, frameGrey);
  drawText(picture, left, panel.y0 + 10, title);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string text = std::to_string(sizes[i]);
    drawText(picture, panel.x(i) - textAdvance * static_cast<int>(text.size()) / 2,
             panel.y0 + bottom + 8, text);
  }
  const std::string axis = "training patients";
  drawText(picture, right - textAdvance * static_cast<int>(axis.size()), panel.y0 + bottom + 20,
           axis);
}

void drawPoint(RgbPicture& picture, int x, int y, const Colour& colour) {
  for (int dy = -2; dy <= 2; ++dy) drawLine(picture, x - 2, y + dy, x + 2, y + dy, colour);
}

void drawArm(RgbPicture& picture, const Panel& panel, const std::vector<const FewshotRow*>& bySize,
             Figure figure, int shift, const Colour& colour) {
  int lastX = 0;
  int lastY = 0;
  bool connected = false;
  for (std::size_t i = 0; i < bySize.size(); ++i) {
    if (bySize[i] == nullptr || !std::isfinite((bySize[i]->*figure).mean)) {
      connected = false;
      continue;
    }
    const DrawsRange& range = bySize[i]->*figure;
    const int x = panel.x(i) + shift;
    const int y = panel.y(range.mean);
    drawLine(picture, x, panel.y(range.low), x, panel.y(range.high), colour);
    drawPoint(picture, x, y, colour);
    if (connected) {
      drawLine(picture, lastX, lastY, x, y, colour);
      drawLine(picture, lastX, lastY + 1, x, y + 1, colour);
    }
    lastX = x;
    lastY = y;
    connected = true;
  }
}

std::vector<const FewshotRow*> rowsOf(const std::vector<FewshotRow>& rows, const std::string& arm,
                                      const std::vector<std::size_t>& sizes) {
  std::vector<const FewshotRow*> bySize;
  for (const std::size_t size : sizes) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const FewshotRow& r) {
      return r.arm == arm && r.size == size;
    });
    bySize.push_back(row == rows.end() ? nullptr : &*row);
  }
  return bySize;
}

void drawPanel(RgbPicture& picture, int y0, const std::string& title, Figure figure,
               const std::vector<FewshotRow>& rows, const std::vector<std::string>& arms,
               const std::vector<std::size_t>& sizes) {
  const Panel panel = panelOf(rows, figure, y0, sizes.size());
  drawAxes(picture, panel, title, sizes);
  for (std::size_t a = 0; a < arms.size(); ++a) {
    const int shift = aside * (2 * static_cast<int>(a) - static_cast<int>(arms.size()) + 1) / 2;
    drawArm(picture, panel, rowsOf(rows, arms[a], sizes), figure, shift, colourOf(a));
  }
}

void drawLegend(RgbPicture& picture, int y0, const std::vector<std::string>& arms) {
  for (std::size_t a = 0; a < arms.size(); ++a) {
    const int y = y0 + legendLine * static_cast<int>(a) + 6;
    drawLine(picture, left, y, left + 24, y, colourOf(a));
    drawPoint(picture, left + 12, y, colourOf(a));
    drawText(picture, left + 34, y - 4, lower(arms[a]));
  }
}

}  // namespace

void drawFewshot(const std::vector<FewshotRow>& rows, const std::vector<std::string>& arms,
                 const std::vector<std::size_t>& sizes, const std::string& path) {
  RgbPicture picture(width, 2 * panelHeight + legendLine * (static_cast<int>(arms.size()) + 1),
                     255);
  drawPanel(picture, 0, "lv cavity dice", &FewshotRow::lvDice, rows, arms, sizes);
  drawPanel(picture, panelHeight, "lv myocardium dice", &FewshotRow::myocardiumDice, rows, arms,
            sizes);
  drawLegend(picture, 2 * panelHeight, arms);
  writePngRgb(path, picture.width, picture.height, picture.rgb);
}

}  // namespace cmr
