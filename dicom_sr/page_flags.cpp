#include "dicom_sr/page_flags.h"

#include <algorithm>
#include <string>

#include "dicom_sr/page_marks.h"

namespace cmr {
namespace {

constexpr std::size_t linesPerFlag = 3;
constexpr std::size_t mostFlags = 8;

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
    y += canvas.paragraph(left + markWidth, y, severityName(flags[i]->severity) + flags[i]->text,
                          TextStyle::small, isGrave ? page::ink : page::quiet, width - markWidth,
                          linesPerFlag);
    y += 6;
  }
  if (flags.size() > mostFlags) {
    y += canvas.paragraph(left + markWidth, y,
                          std::to_string(flags.size() - mostFlags) + " more in the report.",
                          TextStyle::small, page::ink, width - markWidth, 1);
  }
  return y - top - 12;
}

}  // namespace cmr
