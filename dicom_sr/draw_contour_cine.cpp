#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "dicom_sr/contour_cine.h"
#include "dicom_sr/heart_picture.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/label_places.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_images.h"
#include "dicom_sr/phase_numbers.h"

namespace cmr {
namespace {

constexpr double edge = 20;
constexpr double gap = 8;
constexpr double headHeight = 72;
constexpr double captionHeight = 22;
constexpr double widestCell = 480;  // of a single slice
constexpr double curveHeight = 60;
constexpr double curveRoom = 110;  // with the names above and below it
constexpr std::size_t footLines = 4;
constexpr double keyNameRoom = 32;  // of "ED" and a gap
constexpr double leftmostName = edge + 12;
constexpr double rightmostName = contourCineWidth - edge - 12;

struct Grid {
  int columns = 1;
  int rows = 1;
  double cell = 0;
  double left = 0;
  double height = 0;
};

// At least as wide as high: screens are.
Grid gridFor(std::size_t count) {
  Grid grid;
  grid.columns = count <= 1 ? 1 : count <= 4 ? 2 : count <= 9 ? 3 : 4;
  grid.rows = (static_cast<int>(count) + grid.columns - 1) / grid.columns;
  const double room = contourCineWidth - 2 * edge - gap * (grid.columns - 1);
  grid.cell = std::floor(std::min(room / grid.columns, widestCell));
  grid.left = (contourCineWidth - grid.columns * grid.cell - (grid.columns - 1) * gap) / 2;
  grid.height = grid.rows * (grid.cell + captionHeight);
  return grid;
}

std::vector<int> allPhases(const ImageStack& stack) {
  std::vector<int> phases(static_cast<std::size_t>(stack.phaseCount));
  std::iota(phases.begin(), phases.end(), 0);
  return phases;
}

double largestOf(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  return largest;
}

class CinePainter {
 public:
  CinePainter(const SeriesStack& source, const SaxAnalysis& analysis)
      : analysis_(analysis),
        phaseCount_(source.stack.phaseCount),
        timing_(cineTiming(source.stack)),
        pictures_(source, analysis, shownSlices(source.stack, analysis, mostSlicesInCine),
                  allPhases(source.stack)),
        grid_(gridFor(pictures_.slices().size())) {
    PageCanvas measure(1, 1);
    height_ = static_cast<int>(
        std::ceil(headHeight + grid_.height + curveRoom + drawFoot(measure, 0) + edge / 2));
  }

  const std::vector<int>& slices() const { return pictures_.slices(); }
  int height() const { return height_; }
  const CineTiming& timing() const { return timing_; }

  RgbImage frame(int phase) {
    PageCanvas canvas(contourCineWidth, height_);
    drawHead(canvas, phase);
    for (std::size_t i = 0; i < slices().size(); ++i) drawSlice(canvas, i, phase);
    const double curveTop = headHeight + grid_.height;
    drawCurves(canvas, curveTop, phase);
    drawFoot(canvas, curveTop + curveRoom);
    return canvas.image(height_);
  }

 private:
  void drawHead(PageCanvas& canvas, int phase) {
    canvas.text(edge, 32, "Contours over the cycle", TextStyle::section);
    std::string text = "phase " + std::to_string(phase + 1) + " of " + std::to_string(phaseCount_);
    if (static_cast<std::size_t>(phase) < analysis_.phaseTimesMs.size()) {
      char time[32];
      std::snprintf(time, sizeof time, ", %.0f ms",
                    analysis_.phaseTimesMs[static_cast<std::size_t>(phase)]);
      text += time;
    }
    const double right = contourCineWidth - edge;
    canvas.text(right, 32, text, TextStyle::body, page::ink, Align::right);
    if (const char* const name = keyName(phase); *name != '\0') {
      const double x = right - canvas.textWidth(text, TextStyle::body) - 40;
      canvas.rectangle(x - 8, 13, 40, 26, page::ink);
      canvas.text(x + 12, 33, name, TextStyle::strong, page::ground, Align::centre);
    }
    drawContourLegend(canvas, right, 60, analysis_, false);
  }

  const char* keyName(int phase) const {
    if (phase == analysis_.endDiastolePhase) return "ED";
    return phase == analysis_.endSystolePhase ? "ES" : "";
  }

  void drawSlice(PageCanvas& canvas, std::size_t i, int phase) {
    const int column = static_cast<int>(i) % grid_.columns;
    const int row = static_cast<int>(i) / grid_.columns;
    const double left = grid_.left + column * (grid_.cell + gap);
    const double top = headHeight + row * (grid_.cell + captionHeight);
    std::string text = "Slice " + std::to_string(slices()[i] + 1);
    if (slices().size() > 1 && i == 0) text += ", base";
    if (slices().size() > 1 && i + 1 == slices().size()) text += ", apex";
    canvas.text(left, top + 16, text, TextStyle::small, page::quiet);
    pictures_.draw(canvas, left, top + captionHeight, grid_.cell, slices()[i], phase);
  }

  // Evenly spaced or not, phases stand where their times are.
  double xOf(int phase) const {
    const double from = edge + 4;
    const double width = contourCineWidth - 2 * from;
    const auto& times = analysis_.phaseTimesMs;
    const auto at = static_cast<std::size_t>(phase);
    if (times.size() == static_cast<std::size_t>(phaseCount_) && times.back() > times.front()) {
      return from + width * (times[at] - times.front()) / (times.back() - times.front());
    }
    return from + width * phase / std::max(1, phaseCount_ - 1);
  }

  void drawCurves(PageCanvas& canvas, double top, int phase) {
    const double curveTop = top + 26;
    const double base = curveTop + curveHeight;
    const double largest =
        std::max(largestOf(analysis_.lvVolumeMl), largestOf(analysis_.rvVolumeMl));
    canvas.line(edge, base, contourCineWidth - edge, base, page::rule, 1);
    canvas.line(xOf(phase), curveTop - 4, xOf(phase), base + 4, page::ink, 2);
    drawKeyPhases(canvas, base);
    if (largest <= 0) return;
    std::string text = "Volume";
    if (isReleased(analysis_, Structure::lvCavity) && isAnyFound(analysis_.lvVolumeMl)) {
      drawCurve(canvas, analysis_.lvVolumeMl, largest, base, phase, Structure::lvCavity);
      text += volumeText(", LV", analysis_.lvVolumeMl, phase);
    }
    if (isReleased(analysis_, Structure::rvCavity) && isAnyFound(analysis_.rvVolumeMl)) {
      drawCurve(canvas, analysis_.rvVolumeMl, largest, base, phase, Structure::rvCavity);
      text += volumeText(", RV", analysis_.rvVolumeMl, phase);
    }
    canvas.text(edge, curveTop - 8, text, TextStyle::small, page::quiet);
  }

  void drawKeyPhases(PageCanvas& canvas, double base) const {
    const double ed = xOf(analysis_.endDiastolePhase);
    const double es = xOf(analysis_.endSystolePhase);
    for (const double x : {ed, es}) canvas.line(x, base - 4, x, base + 4, page::quiet, 2);
    const auto onPage = [](double x) { return std::clamp(x, leftmostName, rightmostName); };
    auto [edName, esName] = labelPlaces(onPage(ed), onPage(es), keyNameRoom);
    // Neighbours at the edge move together, so that they stay apart.
    const double shift = std::max(0.0, leftmostName - std::min(edName, esName)) -
                         std::max(0.0, std::max(edName, esName) - rightmostName);
    edName += shift;
    esName += shift;
    const auto name = [&](double x, const char* text) {
      canvas.text(x, base + 20, text, TextStyle::small, page::quiet, Align::centre);
    };
    name(edName, "ED");
    name(esName, "ES");
  }

  static std::string volumeText(const char* name, const std::vector<double>& volumes, int phase) {
    const auto at = static_cast<std::size_t>(phase);
    if (at >= volumes.size() || !std::isfinite(volumes[at])) return "";
    return std::string(name) + " " + std::to_string(std::lround(volumes[at])) + " mL";
  }

  void drawCurve(PageCanvas& canvas, const std::vector<double>& volumes, double largest,
                 double base, int phase, Structure structure) {
    if (volumes.size() != static_cast<std::size_t>(phaseCount_)) return;
    cairo_t* const c = canvas.context();
    const auto yOf = [&](int at) {
      return base - curveHeight * volumes[static_cast<std::size_t>(at)] / largest;
    };
    const auto isThere = [&](int at) {
      return std::isfinite(volumes[static_cast<std::size_t>(at)]);
    };
    bool isOpen = false;
    for (int at = 0; at < phaseCount_; ++at) {
      if (isThere(at)) {
        (isOpen ? cairo_line_to : cairo_move_to)(c, xOf(at), yOf(at));
      }
      isOpen = isThere(at);  // a gap, not a bridge
    }
    canvas.setColor(structureColor(structure));
    cairo_set_line_width(c, 2.2);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    const double dashes[] = {7, 4};
    if (!evidenceText(analysis_.package, structure).empty()) cairo_set_dash(c, dashes, 2, 0);
    cairo_stroke(c);
    cairo_set_dash(c, nullptr, 0, 0);
    if (!isThere(phase)) return;
    cairo_arc(c, xOf(phase), yOf(phase), 5, 0, 2 * M_PI);
    cairo_fill(c);
  }

  // Returns its height.
  double drawFoot(PageCanvas& canvas, double top) {
    std::string text = std::string(researchNotice) + ". AI result, not verified by a person. " +
                       programName + " " + programVersion + ", model package " +
                       packageTitle(analysis_.package) + ".";
    const std::string evidence = evidenceText(analysis_.package, Structure::rvCavity);
    if (isReleased(analysis_, Structure::rvCavity) && !evidence.empty()) {
      text += " Dashed, the right ventricle: " + evidence + ".";
    }
    if (!timing_.isKnown) text += " The images do not say how fast the heart beat.";
    return canvas.paragraph(edge, top + 18, text, TextStyle::small, page::quiet,
                            contourCineWidth - 2 * edge, footLines);
  }

  const SaxAnalysis& analysis_;
  int phaseCount_;
  CineTiming timing_;
  HeartPictures pictures_;
  Grid grid_;
  int height_ = 0;
};

}  // namespace

ContourCine drawContourCine(const SeriesStack& source, const SaxAnalysis& analysis) {
  requireFit(source, analysis);
  if (analysis.isStill || source.stack.phaseCount < 2) {
    throw InputError("a cine of contours needs a series with phases");
  }
  auto painter = std::make_shared<CinePainter>(source, analysis);
  ContourCine cine;
  cine.width = contourCineWidth;
  cine.height = painter->height();
  cine.frameCount = source.stack.phaseCount;
  cine.slices = painter->slices();
  cine.timing = painter->timing();
  cine.frame = [painter](int phase) { return painter->frame(phase); };
  return cine;
}

}  // namespace cmr
