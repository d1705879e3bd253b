// A Cairo surface with the page's typography: one grid, one type scale, one set of colours.
// Coordinates are pixels from the top left corner. The same calls give the same pixels.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>
#include <vector>

#include "dicom_sr/structure_colors.h"
#include "dicom_sr/writers.h"

namespace cmr {

namespace page {

inline constexpr int width = 1600;
inline constexpr int minHeight = 1200;
inline constexpr int maxHeight = 3200;
inline constexpr double margin = 48;
inline constexpr double gutter = 24;
inline constexpr double contentWidth = width - 2 * margin;

// Width of n of the page's twelve columns with the gutters between them.
constexpr double columns(int n) {
  return n * ((contentWidth - 11 * gutter) / 12) + (n - 1) * gutter;
}

// Images are black at their edges and most viewers around them, too.
inline constexpr RgbColor ground{16, 19, 23};
inline constexpr RgbColor ink{232, 234, 237};
inline constexpr RgbColor quiet{158, 167, 177};
inline constexpr RgbColor rule{52, 59, 67};

}  // namespace page

enum class TextStyle { title, section, body, strong, small };
enum class Align { left, centre, right };

class PageCanvas {
 public:
  PageCanvas(int width, int height);

  // Height of a line of text with its leading.
  static double lineHeight(TextStyle style);

  double textWidth(const std::string& text, TextStyle style);
  // One line on its baseline; what is not valid UTF-8 becomes a question mark.
  void text(double x, double baseline, const std::string& text, TextStyle style,
            RgbColor color = page::ink, Align align = Align::left);
  // Breaks at spaces, inside a word only where it is wider than the line; what does not fit into
  // maxLines ends in an ellipsis.
  std::vector<std::string> wrap(const std::string& text, TextStyle style, double width,
                                std::size_t maxLines);
  // Wrapped text whose first line has this baseline; returns the height that it took.
  double paragraph(double x, double baseline, const std::string& text, TextStyle style,
                   RgbColor color, double width, std::size_t maxLines);

  void setColor(RgbColor color, double alpha = 1);
  void line(double x1, double y1, double x2, double y2, RgbColor color, double strokeWidth);
  void rectangle(double x, double y, double w, double h, RgbColor color);

  cairo_t* context() { return context_.get(); }
  // The upper part of the surface, down to this height. Throws Error when Cairo failed on the way.
  RgbImage image(int height) const;

 private:
  struct Destroy {
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
    void operator()(cairo_t* c) const { cairo_destroy(c); }
  };
  void choose(TextStyle style);

  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> context_;
  int width_ = 0;
};

}  // namespace cmr
