#include "dicom_sr/page_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"

namespace cmr {
namespace {

constexpr double labelAt = 34;
constexpr double valueAt = 350;  // right edge of the numbers
constexpr double unitAt = 358;
constexpr double noteAt = 440;
constexpr std::size_t linesPerNote = 3;
constexpr std::size_t linesPerFlag = 3;
constexpr std::size_t mostFlags = 8;

// Shapes rather than colours, so that the marks survive grey printing: a tick, a triangle with an
// exclamation mark, a ring with a bar.
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

double drawRow(PageCanvas& canvas, double left, double baseline, double width,
               const Measurement& measurement, const std::string& note, RgbColor noteColor) {
  drawMark(canvas, left, baseline,
           isMeasured(measurement) ? measurement.quality : Quality::unmeasurable);
  canvas.text(left + labelAt, baseline, measurement.label, TextStyle::body);
  if (isMeasured(measurement)) {
    canvas.text(left + valueAt, baseline, valueText(measurement), TextStyle::strong, page::ink,
                Align::right);
    canvas.text(left + unitAt, baseline, unitText(measurement.unit), TextStyle::body, page::quiet);
  } else {
    canvas.text(left + valueAt, baseline, "\xE2\x80\x93", TextStyle::body, page::quiet,
                Align::right);
  }
  const double height = canvas.paragraph(left + noteAt, baseline, note, TextStyle::small, noteColor,
                                         width - noteAt, linesPerNote);
  return std::max(PageCanvas::lineHeight(TextStyle::body) + 3, height + 6);
}

using Rows = std::vector<const Measurement*>;

// What is to be said about all rows alike; "" when they differ.
std::string commonNote(const Rows& rows) {
  const std::string first = qualityText(*rows.front());
  const bool isCommon =
      rows.size() > 1 && std::all_of(rows.begin(), rows.end(),
                                     [&](const auto* m) { return qualityText(*m) == first; });
  return isCommon ? first : std::string();
}

double drawGroup(PageCanvas& canvas, double left, double top, double width,
                 const std::string& title, const Rows& rows) {
  if (rows.empty()) return 0;
  double y = top + 22;
  canvas.text(left, y, title, TextStyle::section);
  y += 10;
  canvas.line(left, y, left + width, y, page::rule, 1);
  y += 25;
  const std::string common = commonNote(rows);
  if (!common.empty()) {
    y += canvas.paragraph(left, y, common, TextStyle::small, page::ink, width, linesPerNote) + 10;
  }
  std::string said;
  for (const Measurement* row : rows) {
    std::string note = common.empty() ? qualityText(*row) : std::string();
    const bool isRepeated = !note.empty() && note == said;
    if (!note.empty()) said = note;
    if (isRepeated) note = "as above";
    y += drawRow(canvas, left, y, width, *row, note, isRepeated ? page::quiet : page::ink);
  }
  return y - top - 6;
}

const char* severityName(Severity severity) {
  switch (severity) {
    case Severity::serious:
      return "Serious: ";
    case Severity::warning:
      return "Warning: ";
    case Severity::note:
      break;
  }
  return "Note: ";
}

}  // namespace

namespace {

// Left out of the table is not left out in silence: names and reason, one paragraph per reason.
double drawNotReported(PageCanvas& canvas, double left, double top, double width,
                       const SaxAnalysis& analysis) {
  std::map<std::string, std::string> labelsByReason;
  for (const Measurement& m : analysis.measurements) {
    if (isReleased(analysis, m)) continue;
    std::string& labels = labelsByReason[m.reason];
    labels += (labels.empty() ? "" : ", ") + m.label;
  }
  double y = top;
  for (const auto& [reason, labels] : labelsByReason) {
    y += canvas.paragraph(left, y + 22, "Not reported: " + labels + ". " + reason, TextStyle::small,
                          page::quiet, width, 4) +
         22;
  }
  return y - top;
}

}  // namespace

double drawTable(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis) {
  Rows lv;
  Rows rv;
  Rows other;
  for (const Measurement& m : analysis.measurements) {
    if (!isReleased(analysis, m)) continue;
    (m.id.starts_with("lv") ? lv : m.id.starts_with("rv") ? rv : other).push_back(&m);
  }
  double y = top;
  y += drawGroup(canvas, left, y, width, "Left ventricle", lv);
  y += drawGroup(canvas, left, y, width, "Right ventricle", rv);
  y += drawGroup(canvas, left, y, width, "Further measurements", other);
  if (y > top) return y - top + drawNotReported(canvas, left, y, width, analysis);
  return canvas.paragraph(left, top + 22,
                          "This model package releases none of its measurements for reports.",
                          TextStyle::body, page::ink, width, 3);
}

double drawFlags(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis) {
  std::vector<const Flag*> flags;
  for (const Flag& flag : analysis.flags) flags.push_back(&flag);
  std::stable_sort(flags.begin(), flags.end(), [](const Flag* a, const Flag* b) {
    return static_cast<int>(a->severity) > static_cast<int>(b->severity);
  });
  double y = top + 22;
  canvas.text(left, y, "To check", TextStyle::section);
  y += 32;
  if (flags.empty()) {
    y += canvas.paragraph(left, y, "The automatic checks raised nothing.", TextStyle::body,
                          page::quiet, width, 2);
  }
  for (std::size_t i = 0; i < std::min(flags.size(), mostFlags); ++i) {
    const bool isGrave = flags[i]->severity != Severity::note;
    if (isGrave) {
      drawMark(canvas, left, y, Quality::uncertain);
    } else {
      canvas.text(left + 9, y, "\xE2\x80\xA2", TextStyle::body, page::quiet, Align::centre);
    }
    y += canvas.paragraph(left + labelAt, y, severityName(flags[i]->severity) + flags[i]->text,
                          TextStyle::small, isGrave ? page::ink : page::quiet, width - labelAt,
                          linesPerFlag);
    y += 6;
  }
  if (flags.size() > mostFlags) {
    y += canvas.paragraph(left + labelAt, y,
                          std::to_string(flags.size() - mostFlags) + " more in the report.",
                          TextStyle::small, page::ink, width - labelAt, 1);
  }
  return y - top - 12;
}

}  // namespace cmr
