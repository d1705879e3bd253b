// A Cairo surface with the page's typography: one grid, one type scale, one palette. The surface
// may be a picture for the screen or a sheet of paper; who draws need not know. Coordinates are
// pixels of the page from its top left corner. The same calls give the same pixels.
#pragma once

#include <cairo.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dicom_sr/page_paint.h"
#include "dicom_sr/writers.h"

namespace cmr {

namespace page {

inline constexpr int width = 1600;  // of the picture for screens
inline constexpr int minHeight = 1200;
inline constexpr int maxHeight = 3200;
inline constexpr double margin = 48;
inline constexpr double gutter = 24;

inline constexpr Tone ground = Tone::ground;
inline constexpr Tone ink = Tone::ink;
inline constexpr Tone quiet = Tone::quiet;
inline constexpr Tone rule = Tone::rule;

}  // namespace page

enum class TextStyle { title, section, body, strong, small };
enum class Align { left, centre, right };

class PageCanvas {
 public:
  // Takes the surface over; width of the page in its own pixels.
  PageCanvas(cairo_surface_t* surface, double width, const Palette& palette);
  // A picture, filled with the palette's ground.
  PageCanvas(int width, int height, const Palette& palette = screenPalette);

  double width() const { return width_; }
  // Between the margins.
  double contentWidth() const { return width_ - 2 * page::margin; }

  // Height of a line of text with its leading.
  static double lineHeight(TextStyle style);

  double textWidth(const std::string& text, TextStyle style);
  // One line on its baseline; what is not valid UTF-8 becomes a question mark, and the hyphen
  // before a negative number a minus.
  void text(double x, double baseline, const std::string& text, TextStyle style,
            Paint color = page::ink, Align align = Align::left);
  // Breaks at spaces, inside a word only where it is wider than the line; what does not fit into
  // maxLines ends in an ellipsis.
  std::vector<std::string> wrap(const std::string& text, TextStyle style, double width,
                                std::size_t maxLines);
  // Wrapped text whose first line has this baseline; returns the height that it took.
  double paragraph(double x, double baseline, const std::string& text, TextStyle style, Paint color,
                   double width, std::size_t maxLines);

  void setColor(Paint color, double alpha = 1);
  // Whether a line of this colour would hardly be seen on the ground: less than 3 to 1 (WCAG 2.2,
  // 1.4.11).
  bool isFaint(Paint color) const;
  void line(double x1, double y1, double x2, double y2, Paint color, double strokeWidth);
  void rectangle(double x, double y, double w, double h, Paint color);

  cairo_t* context() { return context_.get(); }
  // The upper part of a picture, down to this height. Throws Error when Cairo failed on the way.
  RgbImage image(int height) const;
  // Throws Error when Cairo failed on the way.
  void requireDrawn() const;

 private:
  struct Destroy {
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
    void operator()(cairo_t* c) const { cairo_destroy(c); }
  };
  void choose(TextStyle style);

  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> context_;
  double width_ = 0;
  Palette palette_;
};

// Draws on the canvas from its top and returns the height that it used. Called more than once.
using DrawPage = std::function<double(PageCanvas&)>;

// What a page of this width needs, from drawing it where nothing of it is kept.
double heightOfPage(double width, const Palette& palette, const DrawPage& draw);

// As a picture of page::width that is as high as what is drawn, within these bounds: no pixel is
// taken that is not shown.
RgbImage pictureOfPage(int minHeight, int maxHeight, const DrawPage& draw);

}  // namespace cmr
