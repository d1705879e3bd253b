#include "plugin/still_content.h"

#include <algorithm>

#include "plugin/description_words.h"

namespace cmr {
namespace {

constexpr double darkShare = 0.1;  // of the bright values, for a background without signal

bool hasAnyValue(const std::string& multiple, std::initializer_list<std::string_view> values) {
  return std::any_of(values.begin(), values.end(),
                     [&](std::string_view value) { return hasValue(multiple, value); });
}

// Median of the outermost rows and columns against the bright end of all values.
LgeImage byPixels(const ImageStack& stack) {
  std::vector<double> all;
  std::vector<double> rim;
  for (const StackFrame& frame : stack.frames) {
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
      const auto value = static_cast<double>(frame.pixels[i]);
      if (value < 0) return LgeImage::phaseSensitive;
      all.push_back(value);
      const auto column = static_cast<int>(i % static_cast<std::size_t>(stack.columns));
      const auto row = static_cast<int>(i / static_cast<std::size_t>(stack.columns));
      if (column < 4 || row < 4 || column >= stack.columns - 4 || row >= stack.rows - 4) {
        rim.push_back(value);
      }
    }
  }
  if (rim.empty()) return LgeImage::unknown;
  return quantileOf(rim, 0.5) < darkShare * quantileOf(all, 0.99) ? LgeImage::magnitude
                                                                  : LgeImage::unknown;
}

LgeImage lgeImageOf(const SeriesStack& source) {
  const std::string& type = source.ImageType;
  if (hasAnyValue(type, {"R", "REAL", "R_IR", "CR", "PSIR"})) return LgeImage::phaseSensitive;
  if (hasAnyValue(type, {"M", "MAGNITUDE", "M_IR", "M_FFE"})) return LgeImage::magnitude;
  if (source.content == ImageContent::real) return LgeImage::phaseSensitive;
  if (source.content == ImageContent::magnitude) return LgeImage::magnitude;
  const std::string name = squeezed(source.SeriesDescription);
  if (holdsAny(name, {"psir", "psmde", "phasesens"})) return LgeImage::phaseSensitive;
  return byPixels(source.stack);
}

MapKind mapKindOf(const SeriesStack& source, const std::string& sequence) {
  if (sequence == "t2_map") return MapKind::t2;
  const std::string name = squeezed(source.SeriesDescription);
  // "post" alone is also the beginning of "postprocessed".
  const bool isAfter = holdsAny(name, {"postgd", "postgad", "postcon", "postkm"}) ||
                       (holdsAny(name, {"post"}) && !holdsAny(name, {"postpro"}));
  const bool isBefore = holdsAny(name, {"native", "pregd", "pregad", "precon", "prekm"});
  if (isAfter && isBefore) return MapKind::t1;
  if (isAfter) return MapKind::t1AfterContrast;
  if (isBefore) return MapKind::t1Native;
  return source.ContrastBolusAgent.empty() ? MapKind::t1 : MapKind::t1AfterContrast;
}

}  // namespace

StillContent stillContent(const SeriesStack& source, const std::string& sequence) {
  StillContent content;
  content.sequence = sequence;
  if (sequence == "lge") {
    content.lge = lgeImageOf(source);
  } else {
    content.map = mapKindOf(source, sequence);
  }
  return content;
}

}  // namespace cmr
