#include "plugin/tag_reading.h"

#include <cmath>
#include <set>

#include "plugin/description_words.h"

namespace cmr {
namespace {

constexpr int fewestCinePhases = 5;

// Values of a time, in whole milliseconds, at the first place.
std::set<long> timesAtOnePlace(const SeriesStack& stack, std::optional<double> FrameTiming::*time) {
  std::set<long> values;
  for (int phase = 0; phase < stack.stack.phaseCount; ++phase) {
    const auto value = stack.stack.frame(0, phase).timing.*time;
    if (value) values.insert(std::lround(*value));
  }
  return values;
}

std::string sequenceOf(const SeriesStack& stack) {
  const std::string& type = stack.ImageType;
  if (hasValue(type, "T1 MAP") || hasValue(type, "T1")) return "t1_map";
  if (hasValue(type, "T2 MAP") || hasValue(type, "T2")) return "t2_map";
  if (hasValue(type, "P") || hasValue(type, "PHASE") || hasValue(type, "VELOCITY") ||
      hasValue(type, "LOCALIZER") || stack.content == ImageContent::phase ||
      stack.content == ImageContent::imaginary) {
    return "other";
  }
  if (timesAtOnePlace(stack, &FrameTiming::inversionTimeMs).size() > 1) return "other";
  const std::string name = squeezed(stack.SeriesDescription);
  if (holdsAny(name, {"scout", "localiz", "locsax", "loclax", "survey", "perf", "flow", "fastpc",
                      "pcbh", "venc", "tagg", "gridtag", "cineir", "dirfse", "haste", "molli",
                      "t1map", "t2map"})) {
    return "other";
  }
  if (holdsAny(name, {"lge", "psir", "delay", "irpfgre", "lategad", "lateenh", "viab"})) {
    return "lge";
  }
  if (stack.stack.phaseCount >= fewestCinePhases &&
      timesAtOnePlace(stack, &FrameTiming::triggerTimeMs).size() > 1) {
    return "cine";
  }
  return "";
}

std::string viewOf(const SeriesStack& stack, const std::string& sequence) {
  const std::string name = squeezed(stack.SeriesDescription);
  if (sequence == "other" && holdsAny(name, {"scout", "localiz", "survey"})) return "other";
  if (holdsAny(name, {"sax", "shortax", "shax", "kurzachs"})) return "sax";
  if (holdsAny(name, {"2ch", "twocham", "vla"})) return "2ch";
  if (holdsAny(name, {"3ch", "threecham"})) return "3ch";
  if (holdsAny(name, {"4ch", "fourcham", "hla"})) return "4ch";
  if (holdsAny(name, {"aort", "lvot"})) return "aorta";
  return "";
}

}  // namespace

TagReading readTags(const SeriesStack& stack) {
  TagReading reading;
  reading.sequence = sequenceOf(stack);
  reading.view = viewOf(stack, reading.sequence);
  return reading;
}

}  // namespace cmr
