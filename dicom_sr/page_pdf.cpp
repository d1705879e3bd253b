#include "dicom_sr/page_pdf.h"

#include <cairo-pdf.h>

#include <memory>

#include "analysis/errors.h"
#include "analysis/program.h"

namespace cmr {
namespace {

// ISO 216 A4 in points of 1/72 inch.
constexpr double sheetWidth = 210 / 25.4 * 72;
constexpr double sheetHeight = 297 / 25.4 * 72;
// Small print, 16 pixels, is 6.8 points high on a page of 1400 pixels, where nearly all pages fit.
constexpr double narrowest = 1400;
constexpr double widest = 4000;
constexpr double step = 100;

cairo_status_t append(void* target, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

double fittingWidth(const DrawPage& draw) {
  for (double width = narrowest; width <= widest; width += step) {
    if (heightOfPage(width, paperPalette, draw) <= width * sheetHeight / sheetWidth) return width;
  }
  throw Error("the result page has more to say than one sheet of paper holds");
}

// YYYY-MM-DDThh:mm:ss
std::string isoDate(const std::string& dateTime) {
  const auto part = [&](std::size_t from, std::size_t count) {
    return dateTime.substr(from, count);
  };
  return part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + 'T' + part(8, 2) + ':' + part(10, 2) +
         ':' + part(12, 2);
}

void putFacts(cairo_surface_t* surface, const SheetFacts& facts) {
  const auto put = [&](cairo_pdf_metadata_t which, const std::string& value) {
    cairo_pdf_surface_set_metadata(surface, which, value.c_str());
  };
  put(CAIRO_PDF_METADATA_TITLE, facts.title);
  put(CAIRO_PDF_METADATA_SUBJECT, researchNotice);
  put(CAIRO_PDF_METADATA_CREATOR, std::string(programName) + " " + programVersion);
  put(CAIRO_PDF_METADATA_CREATE_DATE, isoDate(facts.dateTime));
}

}  // namespace

std::string sheetsOf(const SheetFacts& facts, const std::vector<DrawPage>& pages) {
  if (facts.dateTime.size() < 14) throw InputError("'" + facts.dateTime + "' is no date and time");
  std::string pdf;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_pdf_surface_create_for_stream(append, &pdf, sheetWidth, sheetHeight),
      cairo_surface_destroy);
  putFacts(surface.get(), facts);
  for (const DrawPage& draw : pages) {
    const double width = fittingWidth(draw);
    // A canvas owns what it draws on; the sheets share one surface.
    PageCanvas canvas(cairo_surface_reference(surface.get()), width, paperPalette);
    cairo_scale(canvas.context(), sheetWidth / width, sheetWidth / width);
    draw(canvas);
    cairo_show_page(canvas.context());
    canvas.requireDrawn();
  }
  cairo_surface_finish(surface.get());
  return pdf;
}

}  // namespace cmr
