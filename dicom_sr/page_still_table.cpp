#include "dicom_sr/page_still_table.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "analysis/aha_segments.h"
#include "dicom_sr/key_segments.h"
#include "dicom_sr/measurement_text.h"
#include "dicom_sr/page_marks.h"
#include "dicom_sr/short_names.h"

namespace cmr {
namespace {

constexpr std::size_t linesPerNote = 4;
constexpr double firstValueRight = 470;  // right edges of the numbers of the whole muscle
constexpr double secondValueRight = 620;
constexpr double levelGap = 26;

// "8 anteroseptal": the level stands above.
std::string nameInLevel(int segment) {
  if (segment == ahaApex) return ahaName(segment);
  std::string name = ahaName(segment);
  const std::size_t level = name.find(' ');
  return name.erase(level, name.find(' ', level + 1) - level);
}

class StillTable {
 public:
  StillTable(PageCanvas& canvas, double left, double width, const SaxAnalysis& analysis)
      : canvas_(canvas), left_(left), width_(width), analysis_(analysis) {
    for (const Measurement& m : analysis.measurements) {
      if (isReleased(analysis, m)) shown_.push_back(&m);
    }
  }

  double draw(double top) {
    double y = top;
    if (shown_.empty()) {
      return canvas_.paragraph(left_, y + 22,
                               "This model package releases none of its measurements for reports.",
                               TextStyle::body, page::ink, width_, 3) +
             22;
    }
    y += isLge() ? drawEnhancement(y) : drawMap(y);
    y += drawSegments(y);
    y += drawReasons(y);
    return y + drawMethod(y) - top;
  }

 private:
  bool isLge() const { return shown_.front()->id.starts_with("lge."); }

  const Measurement* find(const std::string& id) const {
    const auto at = std::find_if(shown_.begin(), shown_.end(),
                                 [&](const Measurement* m) { return m->id == id; });
    return at == shown_.end() ? nullptr : *at;
  }

  // The measurement whose id begins like the first one's.
  const Measurement* ofMap(const std::string& rest) const {
    const std::string& first = shown_.front()->id;
    return find(first.substr(0, first.find('.')) + rest);
  }

  double heading(double top, const std::string& title,
                 const std::vector<std::pair<double, const char*>>& columns) {
    canvas_.text(left_, top + 22, title, TextStyle::section);
    for (const auto& [right, name] : columns) {
      canvas_.text(left_ + right, top + 22, name, TextStyle::small, page::quiet, Align::right);
    }
    canvas_.line(left_, top + 32, left_ + width_, top + 32, page::rule, 1);
    return 57;
  }

  void number(double right, double baseline, const Measurement* m, TextStyle style) {
    if (m == nullptr || !isMeasured(*m)) {
      canvas_.text(right, baseline, "\xE2\x80\x93", TextStyle::body, page::quiet, Align::right);
      return;
    }
    std::string unit(1, ' ');
    unit.append(unitText(m->unit));
    canvas_.text(right, baseline, unit, TextStyle::body, page::quiet, Align::right);
    canvas_.text(right - canvas_.textWidth(unit, TextStyle::body), baseline, valueText(*m), style,
                 page::ink, Align::right);
  }

  void row(double baseline, const Measurement* first, const std::string& label) {
    const bool isThere = first != nullptr && isMeasured(*first);
    drawMark(canvas_, left_, baseline, isThere ? first->quality : Quality::unmeasurable);
    canvas_.text(left_ + markWidth, baseline, label, TextStyle::body);
    number(left_ + firstValueRight, baseline, first, TextStyle::strong);
  }

  double drawEnhancement(double top) {
    double y = top + heading(top, "Enhanced muscle",
                             {{firstValueRight, "of LV muscle"}, {secondValueRight, "mass"}});
    for (const auto& [method, label] : {std::pair{"5sd", "remote mean + 5 SD"},
                                        {"6sd", "remote mean + 6 SD"},
                                        {"fwhm", "half of the brightest (FWHM)"}}) {
      row(y, find(std::string("lge.percent.") + method), label);
      number(left_ + secondValueRight, y, find(std::string("lge.mass.") + method),
             TextStyle::strong);
      y += rowHeight();
    }
    return y - top;
  }

  double drawMap(double top) {
    double y = top + heading(top, "Relaxation time",
                             {{firstValueRight, "median"}, {secondValueRight, "quartiles"}});
    const Measurement* const global = ofMap(".global");
    row(y, global, global == nullptr ? "LV muscle" : global->label);
    const Measurement* const low = ofMap(".global.q1");
    const Measurement* const high = ofMap(".global.q3");
    if (low != nullptr && high != nullptr && isMeasured(*low) && isMeasured(*high)) {
      canvas_.text(left_ + secondValueRight, y, valueText(*low) + "\xE2\x80\x93" + valueText(*high),
                   TextStyle::body, page::ink, Align::right);
    }
    y += rowHeight();
    if (const Measurement* const blood = ofMap(".blood")) {
      row(y, blood, blood->label);
      y += rowHeight();
    }
    return y - top;
  }

  // The two numbers of a segment: the second of late enhancement alone.
  std::array<const Measurement*, 2> numbersOf(int segment) const {
    const std::string at = ".segment." + std::to_string(segment);
    if (!isLge()) return {ofMap(at), nullptr};
    return {find("lge" + at + ".percent"), find("lge" + at + ".transmurality")};
  }

  bool hasSegments() const {
    return std::any_of(shown_.begin(), shown_.end(),
                       [](const Measurement* m) { return segmentOf(m->id) > 0 && isMeasured(*m); });
  }

  double drawSegments(double top) {
    if (!hasSegments()) return 0;
    double y = top + 6;
    y += heading(y, isLge() ? "By AHA segment, 5 SD" : "By AHA segment, median", {});
    const double level = (width_ - 2 * levelGap) / 3;
    double lowest = y;
    for (const auto& [place, first, last] :
         {std::array{0, 1, 6}, std::array{1, 7, 12}, std::array{2, 13, ahaApex}}) {
      lowest =
          std::max(lowest, drawLevel(left_ + place * (level + levelGap), y, level, first, last));
    }
    return lowest - top;
  }

  double drawLevel(double left, double y, double width, int first, int last) {
    canvas_.text(left, y,
                 first == 1   ? "basal"
                 : first == 7 ? "mid"
                              : "apical",
                 TextStyle::small, page::quiet);
    if (isLge()) {
      canvas_.text(left + width - 72, y, "share", TextStyle::small, page::quiet, Align::right);
      canvas_.text(left + width, y, "depth", TextStyle::small, page::quiet, Align::right);
    }
    y += PageCanvas::lineHeight(TextStyle::small) + 4;
    for (int segment = first; segment <= last; ++segment) {
      canvas_.text(left, y, nameInLevel(segment), TextStyle::small);
      const auto [value, depth] = numbersOf(segment);
      number(left + width - (isLge() ? 72 : 0), y, value, TextStyle::body);
      if (isLge()) number(left + width, y, depth, TextStyle::body);
      y += rowHeight();
    }
    return y;
  }

  // "LGE mass, FWHM; 5 segments"
  std::string namesOf(const std::vector<const Measurement*>& rows) const {
    std::string names;
    int segments = 0;
    for (const Measurement* m : rows) {
      if (const int segment = segmentOf(m->id); segment > 0) {
        segments += m->id.ends_with("transmurality") ? 0 : 1;
      } else {
        names += (names.empty() ? "" : ", ") + m->label;
      }
    }
    if (segments == 0) return names;
    const std::string counted =
        segments >= ahaSegmentCount
            ? "AHA segments"
            : std::to_string(segments) + (segments == 1 ? " AHA segment" : " AHA segments");
    return names.empty() ? counted : names + ", " + counted;
  }

  double drawReasons(double top) {
    std::vector<std::pair<std::string, std::vector<const Measurement*>>> reasons;
    for (const Measurement* m : shown_) {
      const std::string text = qualityText(*m);
      if (text.empty()) continue;
      const auto at = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const auto& one) { return one.first == text; });
      if (at == reasons.end()) {
        reasons.push_back({text, {m}});
      } else {
        at->second.push_back(m);
      }
    }
    double y = top + 4;
    for (const auto& [text, rows] : reasons) {
      const bool isOfAll = rows.size() == shown_.size();
      // That sentence names its segment itself.
      const std::string told = text.ends_with(apexNotMeasured) ? apexNotMeasured
                               : isOfAll                       ? text
                                                               : namesOf(rows) + ". " + text;
      y += canvas_.paragraph(left_, y + 22, told, TextStyle::small, page::ink, width_,
                             linesPerNote) +
           8;
    }
    return y - top;
  }

  double drawMethod(double top) {
    const Measurement* const told = isLge() ? find("lge.percent.5sd") : shown_.front();
    if (told == nullptr || !isMeasured(*told)) return 0;
    return canvas_.paragraph(left_, top + 22,
                             told->method +
                                 " AHA segments are counted from where the outlined right "
                                 "ventricle meets the left one.",
                             TextStyle::small, page::quiet, width_, 6) +
           8;
  }

  static double rowHeight() { return PageCanvas::lineHeight(TextStyle::body) + 3; }

  PageCanvas& canvas_;
  double left_;
  double width_;
  const SaxAnalysis& analysis_;
  std::vector<const Measurement*> shown_;
};

}  // namespace

double drawStillTable(PageCanvas& canvas, double left, double top, double width,
                      const SaxAnalysis& analysis) {
  return StillTable(canvas, left, width, analysis).draw(top);
}

}  // namespace cmr
