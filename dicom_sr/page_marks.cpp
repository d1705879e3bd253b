#include "dicom_sr/page_marks.h"

#include <cmath>

namespace cmr {

void drawMark(PageCanvas& canvas, double x, double baseline, Quality quality) {
  cairo_t* const c = canvas.context();
  const double y = baseline - 7;
  canvas.setColor(quality == Quality::uncertain ? page::ink : page::quiet);
  cairo_set_line_width(c, 2);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
  switch (quality) {
    case Quality::good:
      cairo_move_to(c, x + 1, y);
      cairo_line_to(c, x + 6, y + 6);
      cairo_line_to(c, x + 15, y - 6);
      break;
    case Quality::uncertain:
      cairo_move_to(c, x + 9, y - 9);
      cairo_line_to(c, x + 19, y + 8);
      cairo_line_to(c, x - 1, y + 8);
      cairo_close_path(c);
      cairo_move_to(c, x + 9, y - 3);
      cairo_line_to(c, x + 9, y + 1.5);
      cairo_move_to(c, x + 9, y + 5);
      cairo_line_to(c, x + 9, y + 5.1);
      break;
    case Quality::unmeasurable:
      cairo_arc(c, x + 9, y, 8, 0, 2 * M_PI);
      cairo_move_to(c, x + 5, y);
      cairo_line_to(c, x + 13, y);
      break;
  }
  cairo_stroke(c);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_BUTT);
}

}  // namespace cmr
