#include "dicom_sr/page_curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_legend.h"

namespace cmr {
namespace {

constexpr double plotHeight = 270;
constexpr double axisWidth = 52;  // room for the numbers of the volume axis
constexpr double markerRadius = 3.2;
const double dashes[] = {8, 5};

std::string numberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

struct Plot {
  double left = 0, top = 0, width = 0;
  double firstX = 0, lastX = 1, largestY = 1;
  double x(double value) const {
    return left + (value - firstX) / std::max(lastX - firstX, 1e-9) * width;
  }
  double y(double value) const { return top + plotHeight * (1 - value / largestY); }
};

// Times where there is one per phase, else the numbers of the phases.
std::vector<double> abscissae(const SaxAnalysis& analysis) {
  const std::size_t count = std::max(analysis.lvVolumeMl.size(), analysis.rvVolumeMl.size());
  const bool haveTimes = analysis.phaseTimesMs.size() == count &&
                         std::is_sorted(analysis.phaseTimesMs.begin(), analysis.phaseTimesMs.end());
  if (haveTimes) return analysis.phaseTimesMs;
  std::vector<double> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(i + 1));
  return numbers;
}

void drawAxes(PageCanvas& canvas, const Plot& plot, const std::vector<double>& xs, bool haveTimes) {
  for (const double tick : axisTicks(plot.largestY)) {
    const double y = plot.y(tick);
    canvas.line(plot.left, y, plot.left + plot.width, y, page::rule, 1);
    canvas.text(plot.left - 10, y + 5.5, numberText(tick), TextStyle::small, page::quiet,
                Align::right);
  }
  const double baseline = plot.top + plotHeight + 24;
  const double step = haveTimes ? axisTicks(plot.lastX).at(1) : xs.size() > 12 ? 5 : 2;
  for (double at = std::ceil(plot.firstX / step) * step; at <= plot.lastX + 1e-6; at += step) {
    canvas.line(plot.x(at), plot.top + plotHeight, plot.x(at), plot.top + plotHeight + 5,
                page::quiet, 1);
    canvas.text(plot.x(at), baseline, numberText(at), TextStyle::small, page::quiet, Align::centre);
  }
  canvas.text(plot.left + plot.width, baseline + 22,
              haveTimes ? "time after the R wave, ms" : "phase", TextStyle::small, page::quiet,
              Align::right);
}

// Names stand above the plot and give way to each other.
void markKeyPhases(PageCanvas& canvas, const Plot& plot, const std::vector<double>& xs,
                   const SaxAnalysis& analysis) {
  struct Mark {
    const char* name;
    int phase;
  };
  for (const Mark mark :
       {Mark{"ED", analysis.endDiastolePhase}, {"ES", analysis.endSystolePhase}}) {
    const double x = plot.x(xs.at(static_cast<std::size_t>(mark.phase)));
    canvas.line(x, plot.top - 6, x, plot.top + plotHeight, page::ink, 1);
    canvas.text(x, plot.top - 12, mark.name, TextStyle::small, page::ink, Align::centre);
  }
}

void drawSeries(PageCanvas& canvas, const Plot& plot, const std::vector<double>& xs,
                const std::vector<double>& ys, RgbColor color, bool dashed) {
  if (ys.size() != xs.size()) return;
  cairo_t* const c = canvas.context();
  canvas.setColor(color);
  cairo_set_line_width(c, 2.6);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  if (dashed) cairo_set_dash(c, dashes, 2, 0);
  bool isOpen = false;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!std::isfinite(ys[i])) {
      isOpen = false;  // a gap, not a bridge
      continue;
    }
    if (isOpen) {
      cairo_line_to(c, plot.x(xs[i]), plot.y(ys[i]));
    } else {
      cairo_move_to(c, plot.x(xs[i]), plot.y(ys[i]));
    }
    isOpen = true;
  }
  cairo_stroke(c);
  cairo_set_dash(c, nullptr, 0, 0);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!std::isfinite(ys[i])) continue;
    cairo_arc(c, plot.x(xs[i]), plot.y(ys[i]), markerRadius, 0, 2 * M_PI);
    cairo_fill(c);
  }
}

double largestOf(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  return largest;
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

double drawCurve(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis) {
  canvas.text(left, top + 22, "Volume over the cycle, mL", TextStyle::section);
  const bool showRv = isReleased(analysis, Structure::rvCavity);
  const bool showLv = isReleased(analysis, Structure::lvCavity);
  const bool dashRv = !evidenceText(analysis.package, Structure::rvCavity).empty();
  double legendX = left + width;
  if (showRv) drawLegendEntry(canvas, legendX, top + 22, "RV", rvCavityColor, dashRv);
  if (showLv) drawLegendEntry(canvas, legendX, top + 22, "LV", lvCavityColor, false);

  const std::vector<double> xs = abscissae(analysis);
  if (xs.empty()) return PageCanvas::lineHeight(TextStyle::section);
  const bool haveTimes = xs == analysis.phaseTimesMs;
  Plot plot;
  plot.left = left + axisWidth;
  plot.top = top + 72;
  plot.width = width - axisWidth - 14;
  // Time starts at the R wave; the first phase often lies a little behind it.
  plot.firstX = haveTimes ? 0 : xs.front();
  plot.lastX = xs.back();
  plot.largestY = axisTicks(std::max(showLv ? largestOf(analysis.lvVolumeMl) : 0,
                                     showRv ? largestOf(analysis.rvVolumeMl) : 0))
                      .back();
  drawAxes(canvas, plot, xs, haveTimes);
  markKeyPhases(canvas, plot, xs, analysis);
  if (showRv) drawSeries(canvas, plot, xs, analysis.rvVolumeMl, rvCavityColor, dashRv);
  if (showLv) drawSeries(canvas, plot, xs, analysis.lvVolumeMl, lvCavityColor, false);
  return plot.top + plotHeight + 56 - top;
}

}  // namespace cmr
