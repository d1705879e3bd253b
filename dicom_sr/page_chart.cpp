#include "dicom_sr/page_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "dicom_sr/label_places.h"
#include "dicom_sr/page_legend.h"

namespace cmr {
namespace {

constexpr double plotHeight = 250;
constexpr double axisWidth = 62;        // room for the numbers of the axis
constexpr double legendEntryRoom = 74;  // the piece of line and the gaps
constexpr double legendDrop = 26;       // a legend that does not fit beside the title goes below it
constexpr double lineWidth = 2.6;
constexpr double dotRadius = 3.2;
constexpr double seam = 0.9;     // dark, around what would be faint
constexpr double markRoom = 32;  // of "ED" and a gap
const double dashes[] = {8, 5};

std::string numberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

struct Plot {
  double left = 0, top = 0, width = 0;
  double firstX = 0, lastX = 1, low = 0, high = 1, step = 1;
  double x(double value) const {
    return left + (value - firstX) / std::max(lastX - firstX, 1e-9) * width;
  }
  double y(double value) const { return top + plotHeight * (high - value) / (high - low); }
};

// Whether there is anything to show.
bool scale(Plot& plot, const Chart& chart) {
  double low = 0;
  double high = 0;
  bool isAny = false;
  for (const ChartLine& line : chart.lines) {
    for (const auto& value : line.values) {
      if (!value || !std::isfinite(*value)) continue;
      low = std::min(low, *value);
      high = std::max(high, *value);
      isAny = true;
    }
  }
  if (!isAny) return false;
  plot.step = axisTicks(std::max(high, -low)).at(1);
  plot.low = std::floor(low / plot.step + 1e-6) * plot.step;
  plot.high = std::ceil(high / plot.step - 1e-6) * plot.step;
  if (plot.high <= plot.low) plot.high = plot.low + plot.step;
  return true;
}

void drawPlaces(PageCanvas& canvas, const Plot& plot, const Chart& chart) {
  const double bottom = plot.top + plotHeight;
  const auto mark = [&](double x, const std::string& text) {
    canvas.line(x, bottom, x, bottom + 5, page::quiet, 1);
    canvas.text(x, bottom + 24, text, TextStyle::small, page::quiet, Align::centre);
  };
  if (!chart.names.empty()) {
    for (std::size_t i = 0; i < chart.places.size(); ++i) {
      mark(plot.x(chart.places[i]), chart.names[i]);
    }
  } else {
    // Whole numbers where places are phases.
    const double step = std::max(axisTicks(plot.lastX).at(1), 1.0);
    for (double at = std::ceil(plot.firstX / step) * step; at <= plot.lastX + 1e-6; at += step) {
      mark(plot.x(at), numberText(at));
    }
  }
  canvas.text(plot.left + plot.width, bottom + 46, chart.axis, TextStyle::small, page::quiet,
              Align::right);
}

void drawMarks(PageCanvas& canvas, const Plot& plot, const Chart& chart) {
  std::vector<double> places;
  for (const ChartMark& mark : chart.marks) {
    const double x = plot.x(chart.places.at(mark.place));
    canvas.line(x, plot.top - 6, x, plot.top + plotHeight, page::ink, 1);
    places.push_back(x);
  }
  if (places.size() == 2) {
    std::tie(places[0], places[1]) = labelPlaces(places[0], places[1], markRoom);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    canvas.text(places[i], plot.top - 12, chart.marks[i].name, TextStyle::small, page::ink,
                Align::centre);
  }
}

void drawAxes(PageCanvas& canvas, const Plot& plot, const Chart& chart) {
  const int count = static_cast<int>(std::lround((plot.high - plot.low) / plot.step));
  for (int i = 0; i <= count; ++i) {
    const double value = plot.low + i * plot.step;
    const bool isZero = std::abs(value) < plot.step / 2;
    canvas.line(plot.left, plot.y(value), plot.left + plot.width, plot.y(value),
                isZero ? page::quiet : page::rule, 1);
    canvas.text(plot.left - 10, plot.y(value) + 5.5, numberText(isZero ? 0 : value),
                TextStyle::small, page::quiet, Align::right);
  }
  drawPlaces(canvas, plot, chart);
  drawMarks(canvas, plot, chart);
}

void drawDot(PageCanvas& canvas, double x, double y, double radius, Paint color) {
  canvas.setColor(color);
  cairo_arc(canvas.context(), x, y, radius, 0, 2 * M_PI);
  cairo_fill(canvas.context());
}

void drawLine(PageCanvas& canvas, const Plot& plot, const Chart& chart, const ChartLine& line) {
  if (line.values.size() != chart.places.size()) return;
  cairo_t* const c = canvas.context();
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  if (line.dashed) cairo_set_dash(c, dashes, 2, 0);
  bool isOpen = false;
  for (std::size_t i = 0; i < line.values.size(); ++i) {
    if (line.values[i]) {
      (isOpen ? cairo_line_to : cairo_move_to)(c, plot.x(chart.places[i]), plot.y(*line.values[i]));
    }
    isOpen = line.values[i].has_value();  // a gap, not a bridge
  }
  const bool hasSeam = canvas.isFaint(line.color);
  if (hasSeam) {
    canvas.setColor(page::ink);
    cairo_set_line_width(c, lineWidth + 2 * seam);
    cairo_stroke_preserve(c);
  }
  canvas.setColor(line.color);
  cairo_set_line_width(c, lineWidth);
  cairo_stroke(c);
  cairo_set_dash(c, nullptr, 0, 0);
  for (std::size_t i = 0; i < line.values.size(); ++i) {
    if (!line.values[i]) continue;
    const double x = plot.x(chart.places[i]);
    const double y = plot.y(*line.values[i]);
    if (hasSeam) drawDot(canvas, x, y, dotRadius + seam, page::ink);
    drawDot(canvas, x, y, dotRadius, line.color);
  }
}

// Beside the title.
bool legendFits(PageCanvas& canvas, double width, const Chart& chart) {
  double needed = canvas.textWidth(chart.title, TextStyle::section);
  for (const ChartLine& line : chart.lines) {
    needed += legendEntryRoom + canvas.textWidth(line.name, TextStyle::small);
  }
  return needed <= width;
}

}  // namespace

std::vector<double> axisTicks(double largest) {
  if (!(largest > 0) || !std::isfinite(largest)) return {0, 1};
  const double magnitude = std::pow(10, std::floor(std::log10(largest)));
  double step = magnitude;
  for (const double factor : {0.2, 0.25, 0.5, 1.0, 2.0}) {
    step = factor * magnitude;
    if (largest / step <= 5.0001) break;
  }
  std::vector<double> ticks;
  for (int i = 0; ticks.empty() || ticks.back() < largest - step * 1e-6; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

double drawChart(PageCanvas& canvas, double left, double top, double width, const Chart& chart) {
  canvas.text(left, top + 22, chart.title, TextStyle::section);
  Plot plot;
  if (chart.places.empty() || !scale(plot, chart)) {
    canvas.text(left, top + 54, "Not measured.", TextStyle::small, page::quiet);
    return 70;
  }
  const double dropped = legendFits(canvas, width, chart) ? 0 : legendDrop;
  double legendX = left + width;
  for (auto line = chart.lines.rbegin(); line != chart.lines.rend(); ++line) {
    drawLegendEntry(canvas, legendX, top + 22 + dropped, line->name, line->color, line->dashed);
  }
  plot.left = left + axisWidth;
  plot.top = top + 72 + dropped;
  plot.width = width - axisWidth - 14;
  // A single slice stands in the middle.
  const bool isOne = chart.places.size() == 1;
  plot.firstX = chart.names.empty() ? std::min(0.0, chart.places.front())
                                    : chart.places.front() - (isOne ? 1 : 0.3);
  plot.lastX = chart.places.back() + (chart.names.empty() ? 0 : isOne ? 1 : 0.3);
  drawAxes(canvas, plot, chart);
  for (const ChartLine& line : chart.lines) drawLine(canvas, plot, chart, line);
  return 72 + dropped + plotHeight + 56;
}

}  // namespace cmr
