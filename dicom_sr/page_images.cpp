#include "dicom_sr/page_images.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "analysis/contours.h"
#include "analysis/slice_order.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_legend.h"

namespace cmr {
namespace {

constexpr std::size_t cellsPerRow = 7;
constexpr double cellGap = 8;
constexpr double rowLabelWidth = 132;
constexpr double marginMm = 18;        // of image around the outermost contour
constexpr double smallestViewMm = 90;  // so that a small or absent heart is not blown up

constexpr std::uint8_t cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr std::uint8_t wall = static_cast<std::uint8_t>(Structure::lvMyocardium);
constexpr std::uint8_t right = static_cast<std::uint8_t>(Structure::rvCavity);

// A square in the plane of the images, its sides equal in millimetres. In pixels of the source,
// whole numbers being the centres of pixels.
struct View {
  double left = 0;
  double top = 0;
  double width = 0;   // in columns
  double height = 0;  // in rows
};

struct Box {
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  bool isEmpty() const { return right < left; }
  void add(double x, double y) {
    left = std::min(left, x);
    right = std::max(right, x);
    top = std::min(top, y);
    bottom = std::max(bottom, y);
  }
};

Box labelledBox(const SaxAnalysis& analysis, const std::vector<int>& slices) {
  const LabelStack& labels = analysis.labels;
  Box box;
  for (const int slice : slices) {
    for (const int phase : {analysis.endDiastolePhase, analysis.endSystolePhase}) {
      const auto frame = labels.frame(slice, phase);
      for (std::size_t i = 0; i < frame.size(); ++i) {
        if (frame[i] == 0 || !isReleased(analysis, static_cast<Structure>(frame[i]))) continue;
        box.add(static_cast<double>(i % static_cast<std::size_t>(labels.columns)),
                static_cast<double>(i / static_cast<std::size_t>(labels.columns)));
      }
    }
  }
  if (box.isEmpty()) {
    box.add(0, 0);
    box.add(labels.columns - 1, labels.rows - 1);
  }
  return box;
}

View viewOf(const SeriesStack& source, const SaxAnalysis& analysis,
            const std::vector<int>& slices) {
  const Box box = labelledBox(analysis, slices);
  const PlaneGeometry& plane = source.stack.planes.front();
  const double widthMm = (box.right - box.left + 1) * plane.columnSpacingMm;
  const double heightMm = (box.bottom - box.top + 1) * plane.rowSpacingMm;
  const double side = std::max(std::max(widthMm, heightMm) + 2 * marginMm, smallestViewMm);
  View view;
  view.width = side / plane.columnSpacingMm;
  view.height = side / plane.rowSpacingMm;
  view.left = (box.left + box.right - view.width) / 2;
  view.top = (box.top + box.bottom - view.height) / 2;
  return view;
}

struct Window {
  float low = 0;
  float high = 1;
};

// One window for both phases of a slice, so that they can be compared: 1st to 99.5th percentile of
// what is seen. Slices have windows of their own, as surface coils see the apex much brighter.
Window windowOf(const SeriesStack& source, const SaxAnalysis& analysis, int slice,
                const View& view) {
  const ImageStack& stack = source.stack;
  std::vector<float> seen;
  const int firstRow = std::max(0, static_cast<int>(view.top));
  const int lastRow = std::min(stack.rows - 1, static_cast<int>(view.top + view.height));
  const int firstColumn = std::max(0, static_cast<int>(view.left));
  const int lastColumn = std::min(stack.columns - 1, static_cast<int>(view.left + view.width));
  for (const int phase : {analysis.endDiastolePhase, analysis.endSystolePhase}) {
    const std::vector<float>& pixels = stack.frame(slice, phase).pixels;
    for (int row = firstRow; row <= lastRow; ++row) {
      for (int column = firstColumn; column <= lastColumn; ++column) {
        const float value =
            pixels[static_cast<std::size_t>(row) * static_cast<std::size_t>(stack.columns) +
                   static_cast<std::size_t>(column)];
        if (std::isfinite(value)) seen.push_back(value);
      }
    }
  }
  if (seen.empty()) return {};
  const auto percentile = [&](double share) {
    const auto at =
        seen.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(seen.size() - 1));
    std::nth_element(seen.begin(), at, seen.end());
    return *at;
  };
  Window window{percentile(0.01), percentile(0.995)};
  if (!(window.high > window.low)) window.high = window.low + 1;
  return window;
}

// What the view shows of an image as a grey surface, to be scaled by Cairo; two pixels more on each
// side, for the interpolation.
class GreyImage {
 public:
  GreyImage(const std::vector<float>& pixels, int rows, int columns, Window window,
            const View& view)
      : left_(std::clamp(static_cast<int>(std::floor(view.left)) - 2, 0, columns - 1)),
        top_(std::clamp(static_cast<int>(std::floor(view.top)) - 2, 0, rows - 1)) {
    const int rightEdge = static_cast<int>(std::ceil(view.left + view.width)) + 3;
    const int bottomEdge = static_cast<int>(std::ceil(view.top + view.height)) + 3;
    const int width = std::clamp(rightEdge, left_ + 1, columns) - left_;
    const int height = std::clamp(bottomEdge, top_ + 1, rows) - top_;
    const int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, width);
    data_.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height));
    for (int row = 0; row < height; ++row) {
      auto* line = reinterpret_cast<std::uint32_t*>(data_.data() + std::ptrdiff_t{row} * stride);
      const float* from = pixels.data() + std::ptrdiff_t{top_ + row} * columns + left_;
      for (int column = 0; column < width; ++column) line[column] = greyOf(from[column], window);
    }
    surface_ = cairo_image_surface_create_for_data(data_.data(), CAIRO_FORMAT_RGB24, width, height,
                                                   stride);
  }
  ~GreyImage() { cairo_surface_destroy(surface_); }
  GreyImage(const GreyImage&) = delete;
  GreyImage& operator=(const GreyImage&) = delete;
  cairo_surface_t* surface() const { return surface_; }
  // Of the surface's first pixel, in the source.
  int left() const { return left_; }
  int top() const { return top_; }

 private:
  static std::uint32_t greyOf(float value, Window window) {
    const float share = (value - window.low) / (window.high - window.low);
    const auto grey =
        static_cast<std::uint32_t>(std::lround(255 * (share > 0 ? std::min(share, 1.0F) : 0)));
    return grey << 16 | grey << 8 | grey;
  }

  int left_;
  int top_;
  std::vector<unsigned char> data_;
  cairo_surface_t* surface_ = nullptr;
};

struct ContourLook {
  RgbColor color;
  bool dashed = false;
};

class Cells {
 public:
  Cells(PageCanvas& canvas, const SeriesStack& source, const SaxAnalysis& analysis)
      : canvas_(canvas),
        source_(source),
        analysis_(analysis),
        cellSize_((canvas.contentWidth() - rowLabelWidth - cellGap * (cellsPerRow - 1)) /
                  cellsPerRow),
        slices_(shownSlices(source.stack, analysis, cellsPerRow)),
        view_(viewOf(source, analysis, slices_)) {}

  double draw(double top) {
    double y = top + PageCanvas::lineHeight(TextStyle::small);
    for (std::size_t i = 0; i < slices_.size(); ++i) caption(i, y - 6);
    if (analysis_.isStill) {
      for (std::size_t i = 0; i < slices_.size(); ++i) cell(leftOf(i), y, slices_[i], 0);
      return y + cellSize_ - top;
    }
    for (const int phase : {analysis_.endDiastolePhase, analysis_.endSystolePhase}) {
      rowLabel(phase, y, phase == analysis_.endDiastolePhase ? "ED" : "ES",
               phase == analysis_.endDiastolePhase ? "end-diastole" : "end-systole");
      for (std::size_t i = 0; i < slices_.size(); ++i) cell(leftOf(i), y, slices_[i], phase);
      y += cellSize_ + cellGap;
    }
    return y - cellGap - top;
  }

 private:
  double leftOf(std::size_t i) const {
    return page::margin + rowLabelWidth + static_cast<double>(i) * (cellSize_ + cellGap);
  }

  void caption(std::size_t i, double baseline) {
    if (!analysis_.longAxisView.empty()) return;
    std::string text = "Slice " + std::to_string(slices_[i] + 1);
    if (i == 0) text += ", base";
    if (i + 1 == slices_.size() && i > 0) text += ", apex";
    const bool isKey = slices_[i] == analysis_.keySlice;
    if (isKey) text += ", key";
    canvas_.text(leftOf(i), baseline, text, TextStyle::small, isKey ? page::ink : page::quiet);
  }

  void rowLabel(int phase, double y, const char* shortName, const char* name) {
    double baseline = y + 24;
    canvas_.text(page::margin, baseline, shortName, TextStyle::section);
    baseline += 26;
    canvas_.text(page::margin, baseline, name, TextStyle::small, page::quiet);
    baseline += PageCanvas::lineHeight(TextStyle::small);
    canvas_.text(
        page::margin, baseline,
        "phase " + std::to_string(phase + 1) + " of " + std::to_string(source_.stack.phaseCount),
        TextStyle::small, page::quiet);
    const auto at = static_cast<std::size_t>(phase);
    if (at >= analysis_.phaseTimesMs.size()) return;
    char time[32];
    std::snprintf(time, sizeof time, "%.0f ms", analysis_.phaseTimesMs[at]);
    baseline += PageCanvas::lineHeight(TextStyle::small);
    canvas_.text(page::margin, baseline, time, TextStyle::small, page::quiet);
  }

  // From pixel centres of the source to the page.
  Point2 onPage(const Point2& p, double left, double top) const {
    return {left + (p.x - view_.left) / view_.width * cellSize_,
            top + (p.y - view_.top) / view_.height * cellSize_};
  }

  void cell(double left, double top, int slice, int phase) {
    cairo_t* const c = canvas_.context();
    const ImageStack& stack = source_.stack;
    const GreyImage image(stack.frame(slice, phase).pixels, stack.rows, stack.columns,
                          windowOf(source_, analysis_, slice, view_), view_);
    cairo_save(c);
    cairo_rectangle(c, left, top, cellSize_, cellSize_);
    cairo_clip(c);
    canvas_.rectangle(left, top, cellSize_, cellSize_, RgbColor{0, 0, 0});
    cairo_save(c);
    cairo_translate(c, left, top);
    cairo_scale(c, cellSize_ / view_.width, cellSize_ / view_.height);
    // The corner of the first pixel lies half a pixel before its centre.
    cairo_set_source_surface(c, image.surface(), image.left() - view_.left - 0.5,
                             image.top() - view_.top - 0.5);
    cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_BILINEAR);
    cairo_paint(c);
    cairo_restore(c);
    enhancement(left, top, slice);
    contours(left, top, slice, phase);
    cairo_restore(c);
  }

  // The pixels that count as enhanced, each as it lies in the source.
  void enhancement(double left, double top, int slice) {
    const auto at = static_cast<std::size_t>(slice);
    if (at >= analysis_.enhancedPixels.size()) return;
    cairo_t* const c = canvas_.context();
    const auto columns = static_cast<std::size_t>(analysis_.labels.columns);
    for (const std::size_t pixel : analysis_.enhancedPixels[at]) {
      const Point2 corner = onPage(
          {static_cast<double>(pixel % columns) - 0.5, static_cast<double>(pixel / columns) - 0.5},
          left, top);
      cairo_rectangle(c, corner.x, corner.y, cellSize_ / view_.width, cellSize_ / view_.height);
    }
    canvas_.setColor(enhancedColor, 0.45);
    cairo_fill(c);
  }

  void contours(double left, double top, int slice, int phase) {
    const auto mask = analysis_.labels.frame(slice, phase);
    const int rows = analysis_.labels.rows;
    const int columns = analysis_.labels.columns;
    const bool hasWall = std::find(mask.begin(), mask.end(), wall) != mask.end();
    const auto stroke = [&](const std::vector<Polyline>& lines, ContourLook look) {
      for (const Polyline& l : lines) strokeLine(l, look, left, top);
    };
    if (isReleased(analysis_, Structure::rvCavity)) {
      stroke(outlines(mask, rows, columns, right),
             {rvCavityColor, !evidenceText(analysis_.package, Structure::rvCavity).empty()});
    }
    if (hasWall && isReleased(analysis_, Structure::lvMyocardium)) {
      stroke(outlinesOfUnion(mask, rows, columns, cavity, wall), {lvMyocardiumColor});
    }
    if (isReleased(analysis_, Structure::lvCavity)) {
      stroke(outlines(mask, rows, columns, cavity), {lvCavityColor});
    }
  }

  void strokeLine(const Polyline& polyline, ContourLook look, double left, double top) {
    cairo_t* const c = canvas_.context();
    for (const Point2& p : polyline) {
      const Point2 at = onPage(p, left, top);
      cairo_line_to(c, at.x, at.y);
    }
    cairo_close_path(c);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    const double dashes[] = {7, 4};
    if (look.dashed) cairo_set_dash(c, dashes, 2, 0);
    canvas_.setColor(RgbColor{0, 0, 0},
                     0.55);  // a dark seam keeps the line visible on bright blood
    cairo_set_line_width(c, 4);
    cairo_stroke_preserve(c);
    canvas_.setColor(look.color);
    cairo_set_line_width(c, 2.2);
    cairo_stroke(c);
    cairo_set_dash(c, nullptr, 0, 0);
  }

  PageCanvas& canvas_;
  const SeriesStack& source_;
  const SaxAnalysis& analysis_;
  double cellSize_;
  std::vector<int> slices_;
  View view_;
};

bool holdsLv(const LabelStack& labels, int slice, int phase) {
  const auto frame = labels.frame(slice, phase);
  return std::any_of(frame.begin(), frame.end(),
                     [](std::uint8_t label) { return label == cavity || label == wall; });
}

// From the right edge inwards.
void drawLegend(PageCanvas& canvas, double baseline, const SaxAnalysis& analysis) {
  double x = page::margin + canvas.contentWidth();
  if (!analysis.enhancedPixels.empty()) {
    drawLegendEntry(canvas, x, baseline, "enhanced (5 SD)", enhancedColor, false);
  }
  if (isReleased(analysis, Structure::rvCavity)) {
    const std::string evidence = evidenceText(analysis.package, Structure::rvCavity);
    drawLegendEntry(canvas, x, baseline,
                    evidence.empty() ? "RV endocardium" : "RV endocardium (" + evidence + ")",
                    rvCavityColor, !evidence.empty());
  }
  if (isReleased(analysis, Structure::lvMyocardium)) {
    drawLegendEntry(canvas, x, baseline, "LV epicardium", lvMyocardiumColor, false);
  }
  if (isReleased(analysis, Structure::lvCavity)) {
    drawLegendEntry(canvas, x, baseline, "LV endocardium", lvCavityColor, false);
  }
}

}  // namespace

std::vector<int> shownSlices(const ImageStack& stack, const SaxAnalysis& analysis,
                             std::size_t atMost) {
  const LabelStack& labels = analysis.labels;
  std::vector<int> candidates;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    if (holdsLv(labels, slice, analysis.endDiastolePhase) ||
        holdsLv(labels, slice, analysis.endSystolePhase)) {
      candidates.push_back(slice);
    }
  }
  if (candidates.empty()) {
    for (int slice = 0; slice < labels.sliceCount; ++slice) candidates.push_back(slice);
  }
  std::vector<int> chosen = candidates;
  if (candidates.size() > atMost && atMost > 2) {
    chosen.clear();
    for (std::size_t i = 0; i < atMost; ++i) {
      const double at = static_cast<double>(i) * static_cast<double>(candidates.size() - 1) /
                        static_cast<double>(atMost - 1);
      chosen.push_back(candidates[static_cast<std::size_t>(std::lround(at))]);
    }
    // The key slice takes the place of its nearest neighbour, the two ends excepted.
    if (std::find(chosen.begin(), chosen.end(), analysis.keySlice) == chosen.end() &&
        std::find(candidates.begin(), candidates.end(), analysis.keySlice) != candidates.end()) {
      *std::min_element(chosen.begin() + 1, chosen.end() - 1, [&](int a, int b) {
        return std::abs(a - analysis.keySlice) < std::abs(b - analysis.keySlice);
      }) = analysis.keySlice;
    }
  }
  if (!baseIsFirst(stack, labels)) std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

double drawImages(PageCanvas& canvas, double top, const SeriesStack& source,
                  const SaxAnalysis& analysis) {
  const double heading = PageCanvas::lineHeight(TextStyle::section);
  canvas.text(page::margin, top + 22, "Contours", TextStyle::section);
  drawLegend(canvas, top + 22, analysis);
  return heading + 6 + Cells(canvas, source, analysis).draw(top + heading + 6);
}

}  // namespace cmr
