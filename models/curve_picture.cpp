#include "models/curve_picture.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "models/picture_line.h"
#include "models/picture_text.h"
#include "models/png_file.h"

namespace cmr {
namespace {

using Points = std::vector<std::pair<double, double>>;

constexpr int panelWidth = 720;
constexpr int panelHeight = 170;
constexpr int left = 64;
constexpr int right = panelWidth - 12;
constexpr int top = 20;
constexpr int bottom = panelHeight - 22;

std::string numberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

struct Axes {
  double stepLow = 0;
  double stepHigh = 1;
  double low = 0;
  double high = 1;

  int x(double step) const {
    return left + static_cast<int>(std::lround((right - left) * (step - stepLow) /
                                               std::max(1e-12, stepHigh - stepLow)));
  }
  int y(double value) const {
    return bottom - static_cast<int>(std::lround((bottom - top) * (value - low) / (high - low)));
  }
};

Axes axesOf(const Points& points) {
  Axes axes{points.front().first, points.back().first, points.front().second,
            points.front().second};
  for (const auto& [step, value] : points) {
    axes.low = std::min(axes.low, value);
    axes.high = std::max(axes.high, value);
  }
  if (!(axes.high > axes.low)) {  // a level line runs through the middle
    const double margin = std::max(1e-6, 0.1 * std::abs(axes.low));
    axes.low -= margin;
    axes.high += margin;
  }
  return axes;
}

void drawPanel(RgbPicture& picture, int y0, const std::string& name, const Points& points) {
  constexpr std::uint8_t frame[3] = {170, 170, 170};
  constexpr std::uint8_t ink[3] = {20, 80, 180};
  const Axes axes = axesOf(points);
  drawLine(picture, left, y0 + top, left, y0 + bottom, frame);
  drawLine(picture, left, y0 + bottom, right, y0 + bottom, frame);
  drawText(picture, left, y0 + 6, name);
  const auto beside = [&](double value, int y) {
    const std::string text = numberText(value);
    drawText(picture, left - 6 - textAdvance * static_cast<int>(text.size()), y, text);
  };
  beside(axes.high, y0 + top);
  beside(axes.low, y0 + bottom - textHeight);
  drawText(picture, left, y0 + bottom + 6, numberText(axes.stepLow));
  const std::string last = "step " + numberText(axes.stepHigh);
  drawText(picture, right - textAdvance * static_cast<int>(last.size()), y0 + bottom + 6, last);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& from = points[i > 0 ? i - 1 : 0];
    drawLine(picture, axes.x(from.first), y0 + axes.y(from.second), axes.x(points[i].first),
             y0 + axes.y(points[i].second), ink);
  }
}

}  // namespace

Points curveOf(const std::string& logPath, const std::string& key) {
  std::map<double, double> values;
  std::ifstream in(logPath);
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_object() && entry.contains("step") && entry["step"].is_number() &&
        entry.contains(key) && entry[key].is_number()) {
      values[entry["step"].get<double>()] = entry[key].get<double>();
    }
  }
  return {values.begin(), values.end()};
}

void drawCurves(const std::string& logPath, const std::string& picturePath,
                const std::vector<CurveChoice>& choices) {
  std::vector<std::pair<std::string, Points>> panels;
  for (const CurveChoice& choice : choices) {
    Points points = curveOf(logPath, choice.key);
    if (!points.empty()) {
      panels.emplace_back(choice.name, std::move(points));
    }
  }
  const int count = std::max<int>(1, static_cast<int>(panels.size()));
  RgbPicture picture(panelWidth, panelHeight * count, 255);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    drawPanel(picture, panelHeight * static_cast<int>(i), panels[i].first, panels[i].second);
  }
  writePngRgb(picturePath, picture.width, picture.height, picture.rgb);
}

}  // namespace cmr
