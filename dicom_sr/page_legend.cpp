#include "dicom_sr/page_legend.h"

namespace cmr {
namespace {

constexpr double pieceWidth = 36;
constexpr double pieceHeight = 14;
constexpr double gapToText = 8;
constexpr double gapToNext = 28;

}  // namespace

void drawLegendEntry(PageCanvas& canvas, double& x, double baseline, const std::string& text,
                     Paint paint, bool dashed) {
  x -= canvas.textWidth(text, TextStyle::small);
  canvas.text(x, baseline, text, TextStyle::small);
  x -= gapToText + pieceWidth;
  if (!paint.isTone()) {
    canvas.rectangle(x, baseline - 5 - pieceHeight / 2, pieceWidth, pieceHeight, RgbColor{0, 0, 0});
  }
  const double dashes[] = {7, 4};
  if (dashed) cairo_set_dash(canvas.context(), dashes, 2, 0);
  canvas.line(x + 3, baseline - 5, x + pieceWidth - 3, baseline - 5, paint, 3);
  cairo_set_dash(canvas.context(), nullptr, 0, 0);
  x -= gapToNext;
}

}  // namespace cmr
