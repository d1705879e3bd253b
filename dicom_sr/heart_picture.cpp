#include "dicom_sr/heart_picture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/contours.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_legend.h"

namespace cmr {
namespace {

constexpr double marginMm = 18;        // of image around the outermost contour
constexpr double smallestViewMm = 90;  // so that a small or absent heart is not blown up

constexpr std::uint8_t cavity = static_cast<std::uint8_t>(Structure::lvCavity);
constexpr std::uint8_t wall = static_cast<std::uint8_t>(Structure::lvMyocardium);
constexpr std::uint8_t right = static_cast<std::uint8_t>(Structure::rvCavity);

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

Box labelledBox(const SaxAnalysis& analysis, const std::vector<int>& slices,
                const std::vector<int>& phases) {
  const LabelStack& labels = analysis.labels;
  Box box;
  for (const int slice : slices) {
    for (const int phase : phases) {
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

PictureView viewOf(const SeriesStack& source, const SaxAnalysis& analysis,
                   const std::vector<int>& slices, const std::vector<int>& phases) {
  const Box box = labelledBox(analysis, slices, phases);
  const PlaneGeometry& plane = source.stack.planes.front();
  const double widthMm = (box.right - box.left + 1) * plane.columnSpacingMm;
  const double heightMm = (box.bottom - box.top + 1) * plane.rowSpacingMm;
  const double side = std::max(std::max(widthMm, heightMm) + 2 * marginMm, smallestViewMm);
  PictureView view;
  view.width = side / plane.columnSpacingMm;
  view.height = side / plane.rowSpacingMm;
  view.left = (box.left + box.right - view.width) / 2;
  view.top = (box.top + box.bottom - view.height) / 2;
  return view;
}

// One window for all phases of a slice: 1st to 99.5th percentile of what is seen. Slices have
// windows of their own, as surface coils see the apex much brighter.
GreyWindow windowIn(const SeriesStack& source, int slice, const std::vector<int>& phases,
                    const PictureView& view) {
  const ImageStack& stack = source.stack;
  std::vector<float> seen;
  const int firstRow = std::max(0, static_cast<int>(view.top));
  const int lastRow = std::min(stack.rows - 1, static_cast<int>(view.top + view.height));
  const int firstColumn = std::max(0, static_cast<int>(view.left));
  const int lastColumn = std::min(stack.columns - 1, static_cast<int>(view.left + view.width));
  for (const int phase : phases) {
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
  GreyWindow window{percentile(0.01), percentile(0.995)};
  if (!(window.high > window.low)) window.high = window.low + 1;
  return window;
}

// What the view shows of an image as a grey surface, to be scaled by Cairo; two pixels more on each
// side, for the interpolation.
class GreyImage {
 public:
  GreyImage(const std::vector<float>& pixels, int rows, int columns, GreyWindow window,
            const PictureView& view)
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
  static std::uint32_t greyOf(float value, GreyWindow window) {
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

// A square of the page and the part of the plane that it shows.
struct Cell {
  double left = 0;
  double top = 0;
  double size = 0;
  PictureView view;

  // From pixel centres of the source to the page.
  Point2 onPage(const Point2& p) const {
    return {left + (p.x - view.left) / view.width * size,
            top + (p.y - view.top) / view.height * size};
  }
};

void strokeLine(PageCanvas& canvas, const Cell& cell, const Polyline& polyline, ContourLook look) {
  cairo_t* const c = canvas.context();
  for (const Point2& p : polyline) {
    const Point2 at = cell.onPage(p);
    cairo_line_to(c, at.x, at.y);
  }
  cairo_close_path(c);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  const double dashes[] = {7, 4};
  if (look.dashed) cairo_set_dash(c, dashes, 2, 0);
  canvas.setColor(RgbColor{0, 0, 0},
                  0.55);  // a dark seam keeps the line visible on bright blood
  cairo_set_line_width(c, 4);
  cairo_stroke_preserve(c);
  canvas.setColor(look.color);
  cairo_set_line_width(c, 2.2);
  cairo_stroke(c);
  cairo_set_dash(c, nullptr, 0, 0);
}

// The pixels that count as enhanced, each as it lies in the source.
void drawEnhancement(PageCanvas& canvas, const Cell& cell, const SaxAnalysis& analysis, int slice) {
  const auto at = static_cast<std::size_t>(slice);
  if (at >= analysis.enhancedPixels.size()) return;
  cairo_t* const c = canvas.context();
  const auto columns = static_cast<std::size_t>(analysis.labels.columns);
  for (const std::size_t pixel : analysis.enhancedPixels[at]) {
    const Point2 corner = cell.onPage(
        {static_cast<double>(pixel % columns) - 0.5, static_cast<double>(pixel / columns) - 0.5});
    cairo_rectangle(c, corner.x, corner.y, cell.size / cell.view.width,
                    cell.size / cell.view.height);
  }
  canvas.setColor(enhancedColor, 0.45);
  cairo_fill(c);
}

void drawContours(PageCanvas& canvas, const Cell& cell, const SaxAnalysis& analysis, int slice,
                  int phase) {
  const auto mask = analysis.labels.frame(slice, phase);
  const int rows = analysis.labels.rows;
  const int columns = analysis.labels.columns;
  const bool hasWall = std::find(mask.begin(), mask.end(), wall) != mask.end();
  const auto stroke = [&](const std::vector<Polyline>& lines, ContourLook look) {
    for (const Polyline& l : lines) strokeLine(canvas, cell, l, look);
  };
  if (isReleased(analysis, Structure::rvCavity)) {
    stroke(outlines(mask, rows, columns, right),
           {rvCavityColor, !evidenceText(analysis.package, Structure::rvCavity).empty()});
  }
  if (hasWall && isReleased(analysis, Structure::lvMyocardium)) {
    stroke(outlinesOfUnion(mask, rows, columns, cavity, wall), {lvMyocardiumColor});
  }
  if (isReleased(analysis, Structure::lvCavity)) {
    stroke(outlines(mask, rows, columns, cavity), {lvCavityColor});
  }
}

}  // namespace

HeartPictures::HeartPictures(const SeriesStack& source, const SaxAnalysis& analysis,
                             std::vector<int> slices, std::vector<int> phases)
    : source_(source),
      analysis_(analysis),
      slices_(std::move(slices)),
      phases_(std::move(phases)),
      view_(viewOf(source, analysis, slices_, phases_)) {}

GreyWindow HeartPictures::windowOf(int slice) {
  const auto known = windows_.find(slice);
  if (known != windows_.end()) return known->second;
  return windows_.emplace(slice, windowIn(source_, slice, phases_, view_)).first->second;
}

void HeartPictures::draw(PageCanvas& canvas, double left, double top, double size, int slice,
                         int phase) {
  cairo_t* const c = canvas.context();
  const ImageStack& stack = source_.stack;
  const GreyImage image(stack.frame(slice, phase).pixels, stack.rows, stack.columns,
                        windowOf(slice), view_);
  cairo_save(c);
  cairo_rectangle(c, left, top, size, size);
  cairo_clip(c);
  canvas.rectangle(left, top, size, size, RgbColor{0, 0, 0});
  cairo_save(c);
  cairo_translate(c, left, top);
  cairo_scale(c, size / view_.width, size / view_.height);
  // The corner of the first pixel lies half a pixel before its centre.
  cairo_set_source_surface(c, image.surface(), image.left() - view_.left - 0.5,
                           image.top() - view_.top - 0.5);
  cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_BILINEAR);
  cairo_paint(c);
  cairo_restore(c);
  drawEnhancement(canvas, {left, top, size, view_}, analysis_, slice);
  drawContours(canvas, {left, top, size, view_}, analysis_, slice, phase);
  cairo_restore(c);
}

void drawContourLegend(PageCanvas& canvas, double right, double baseline,
                       const SaxAnalysis& analysis, bool withEvidence) {
  double x = right;
  if (!analysis.enhancedPixels.empty()) {
    drawLegendEntry(canvas, x, baseline, "enhanced (5 SD)", enhancedColor, false);
  }
  // A two-chamber plane shows none.
  if (isReleased(analysis, Structure::rvCavity) && analysis.longAxisView != "2ch") {
    const std::string evidence = evidenceText(analysis.package, Structure::rvCavity);
    drawLegendEntry(
        canvas, x, baseline,
        evidence.empty() || !withEvidence ? "RV endocardium" : "RV endocardium (" + evidence + ")",
        rvCavityColor, !evidence.empty());
  }
  if (isReleased(analysis, Structure::lvMyocardium)) {
    drawLegendEntry(canvas, x, baseline, "LV epicardium", lvMyocardiumColor, false);
  }
  if (isReleased(analysis, Structure::lvCavity)) {
    drawLegendEntry(canvas, x, baseline, "LV endocardium", lvCavityColor, false);
  }
}

}  // namespace cmr
