#include "dicom_sr/page_table.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_marks.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

constexpr std::size_t linesPerNote = 6;
constexpr std::size_t linesPerFootnote = 4;

// Offsets from the left edge: the right edge of a number, its unit, its range.
struct NumberColumn {
  double value;
  double unit;
  double range;
};
constexpr NumberColumn absolute{378, 386, 454};
constexpr NumberColumn indexed{612, 620, 736};

using Rows = std::vector<const Measurement*>;

struct Numbers {
  const SaxAnalysis& analysis;
  Rows rows;     // not indexed
  Rows indices;  // per m2 of body surface
};

const Measurement* indexOf(const Numbers& numbers, const Measurement& row) {
  for (const Measurement* index : numbers.indices) {
    if (index->indexedFrom == row.id) return index;
  }
  return nullptr;
}

bool anyMeasured(const Rows& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto* m) { return isMeasured(*m); });
}

// What lies outside of its range stands out, and an arrow says on which side.
void drawRange(PageCanvas& canvas, double x, double baseline, const Measurement& m) {
  const std::string text = rangeText(m);
  if (text.empty()) return;
  const Beside beside = besideRange(m);
  const Tone color = beside == Beside::within ? page::quiet : page::ink;
  canvas.text(x, baseline, text, TextStyle::small, color);
  if (beside == Beside::within) return;
  const double left = x + canvas.textWidth(text, TextStyle::small) + 7;
  const double tip = beside == Beside::above ? baseline - 12 : baseline;
  const double foot = beside == Beside::above ? baseline - 1 : baseline - 11;
  cairo_t* const c = canvas.context();
  canvas.setColor(page::ink);
  cairo_move_to(c, left, foot);
  cairo_line_to(c, left + 10, foot);
  cairo_line_to(c, left + 5, tip);
  cairo_close_path(c);
  cairo_fill(c);
}

void drawNumber(PageCanvas& canvas, double left, double baseline, const NumberColumn& column,
                const Measurement& m) {
  if (!isMeasured(m)) {
    canvas.text(left + column.value, baseline, "\xE2\x80\x93", TextStyle::body, page::quiet,
                Align::right);
    return;
  }
  canvas.text(left + column.value, baseline, valueText(m), TextStyle::strong, page::ink,
              Align::right);
  canvas.text(left + column.unit, baseline, unitText(m.unit), TextStyle::body, page::quiet);
  drawRange(canvas, left + column.range, baseline, m);
}

// Reasons that stand below the table once, however many rows they are said of.
class Notes {
 public:
  // From 1; 0 for nothing to say.
  std::size_t numberOf(const std::string& note) {
    if (note.empty()) return 0;
    const auto at = std::find(notes_.begin(), notes_.end(), note);
    if (at != notes_.end()) return static_cast<std::size_t>(at - notes_.begin()) + 1;
    notes_.push_back(note);
    return notes_.size();
  }
  const std::vector<std::string>& all() const { return notes_; }

 private:
  std::vector<std::string> notes_;
};

double drawRow(PageCanvas& canvas, double left, double baseline, const Measurement& row,
               const Measurement* index, std::size_t note) {
  drawMark(canvas, left, baseline, isMeasured(row) ? row.quality : Quality::unmeasurable);
  canvas.text(left + markWidth, baseline, row.label, TextStyle::body);
  if (note > 0) {
    canvas.text(left + markWidth + canvas.textWidth(row.label, TextStyle::body) + 5, baseline - 6,
                std::to_string(note), TextStyle::small);
  }
  drawNumber(canvas, left, baseline, absolute, row);
  if (index != nullptr) drawNumber(canvas, left, baseline, indexed, *index);
  return PageCanvas::lineHeight(TextStyle::body) + 3;
}

// What is to be said about all rows alike; "" when they differ.
std::string commonNote(const Rows& rows) {
  const std::string first = qualityText(*rows.front());
  const bool isCommon =
      rows.size() > 1 && std::all_of(rows.begin(), rows.end(),
                                     [&](const auto* m) { return qualityText(*m) == first; });
  return isCommon ? first : std::string();
}

void drawColumnNames(PageCanvas& canvas, double left, double baseline, const Numbers& numbers,
                     const Rows& rows) {
  const auto hasRange = [](const Measurement* m) { return m != nullptr && m->reference; };
  const auto name = [&](double x, const char* text) {
    canvas.text(left + x, baseline, text, TextStyle::small, page::quiet);
  };
  Rows indices;
  for (const Measurement* row : rows) {
    if (const Measurement* index = indexOf(numbers, *row)) indices.push_back(index);
  }
  if (std::any_of(rows.begin(), rows.end(), hasRange)) name(absolute.range, "range");
  if (anyMeasured(indices)) name(indexed.unit, "by BSA");
  if (std::any_of(indices.begin(), indices.end(), hasRange)) name(indexed.range, "range");
}

double drawGroup(PageCanvas& canvas, double left, double top, double width,
                 const std::string& title, const Numbers& numbers, const Rows& rows, Notes& notes) {
  if (rows.empty()) return 0;
  double y = top + 22;
  canvas.text(left, y, title, TextStyle::section);
  drawColumnNames(canvas, left, y, numbers, rows);
  y += 10;
  canvas.line(left, y, left + width, y, page::rule, 1);
  y += 25;
  const std::string common = commonNote(rows);
  if (!common.empty()) {
    y += canvas.paragraph(left, y, common, TextStyle::small, page::ink, width, linesPerNote) + 10;
  }
  const bool hasIndices = anyMeasured(numbers.indices);
  for (const Measurement* row : rows) {
    const std::size_t note = common.empty() ? notes.numberOf(qualityText(*row)) : 0;
    y += drawRow(canvas, left, y, *row, hasIndices ? indexOf(numbers, *row) : nullptr, note);
  }
  return y - top - 6;
}

double drawNotes(PageCanvas& canvas, double left, double top, double width, const Notes& notes) {
  double y = top;
  std::size_t number = 0;
  for (const std::string& note : notes.all()) {
    canvas.text(left, y + 22, std::to_string(++number), TextStyle::small);
    y += canvas.paragraph(left + markWidth, y + 22, note, TextStyle::small, page::ink,
                          width - markWidth, linesPerNote) +
         6;
  }
  return y - top;
}

double drawFootnote(PageCanvas& canvas, double left, double top, double width,
                    const std::string& text) {
  return canvas.paragraph(left, top + 22, text, TextStyle::small, page::quiet, width,
                          linesPerFootnote) +
         8;
}

// Names by the reason that they share.
using NamesByReason = std::map<std::string, std::string>;

void addName(NamesByReason& names, const std::string& reason, const std::string& name) {
  std::string& list = names[reason];
  list += (list.empty() ? "" : ", ") + name;
}

double drawFootnotes(PageCanvas& canvas, double left, double top, double width,
                     const Numbers& numbers) {
  double y = top;
  for (const std::string& text : referenceSources(numbers.analysis)) {
    y += drawFootnote(canvas, left, y, width, text);
  }
  NamesByReason unreported;
  for (const Measurement& m : numbers.analysis.measurements) {
    // What is said of a volume holds for its index.
    if (!isReleased(numbers.analysis, m) && m.indexedFrom.empty()) {
      addName(unreported, m.reason, m.label);
    }
  }
  NamesByReason unindexed;
  for (const Measurement* index : numbers.indices) {
    const auto base =
        std::find_if(numbers.rows.begin(), numbers.rows.end(),
                     [&](const Measurement* row) { return row->id == index->indexedFrom; });
    const bool isAlone = base != numbers.rows.end() && isMeasured(**base) && !isMeasured(*index);
    if (isAlone) addName(unindexed, index->reason, index->label);
  }
  for (const auto& [reason, names] : unindexed) {
    y += drawFootnote(canvas, left, y, width, "Not indexed by body surface. " + reason);
  }
  if (!numbers.analysis.wall.noSegments.empty()) {
    y += drawFootnote(canvas, left, y, width, numbers.analysis.wall.noSegments);
  }
  for (const auto& [reason, names] : unreported) {
    y += drawFootnote(canvas, left, y, width, "Not reported: " + names + ". " + reason);
  }
  return y - top;
}

// In long axes, what is not of the atria.
bool isOfLeft(const std::string& id) {
  return id.starts_with("lv") || id.starts_with("lax.lv") || id == "lax.mapse" || id == "lax.gls";
}

Numbers numbersOf(const SaxAnalysis& analysis) {
  Numbers numbers{analysis, {}, {}};
  for (const Measurement& m : analysis.measurements) {
    if (!isReleased(analysis, m) || segmentOf(m.id) > 0) continue;  // bullseyes show segments
    (m.indexedFrom.empty() ? numbers.rows : numbers.indices).push_back(&m);
  }
  // The indices say why there is no body surface.
  numbers.rows.erase(std::remove_if(numbers.rows.begin(), numbers.rows.end(),
                                    [](const Measurement* m) {
                                      return m->id == "body.surface" && !isMeasured(*m);
                                    }),
                     numbers.rows.end());
  return numbers;
}

}  // namespace

double drawTable(PageCanvas& canvas, double left, double top, double width,
                 const SaxAnalysis& analysis) {
  const Numbers numbers = numbersOf(analysis);
  Rows lv;
  Rows rv;
  Rows other;
  for (const Measurement* m : numbers.rows) {
    (isOfLeft(m->id) ? lv : m->id.starts_with("rv") ? rv : other).push_back(m);
  }
  Notes notes;
  double y = top;
  y += drawGroup(canvas, left, y, width, "Left ventricle", numbers, lv, notes);
  y += drawGroup(canvas, left, y, width, "Right ventricle", numbers, rv, notes);
  const char* const rest = analysis.longAxisView.empty() ? "Further measurements" : "Atria";
  y += drawGroup(canvas, left, y, width, rest, numbers, other, notes);
  y += drawNotes(canvas, left, y, width, notes);
  if (lv.empty() && rv.empty()) {
    y += canvas.paragraph(left, y + 22,
                          "This model package releases none of its measurements for reports.",
                          TextStyle::body, page::ink, width, 3) +
         22;
  }
  return y - top + drawFootnotes(canvas, left, y, width, numbers);
}

}  // namespace cmr
