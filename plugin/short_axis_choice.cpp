#include "plugin/short_axis_choice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>

#include "plugin/description_words.h"

namespace cmr {
namespace {

constexpr std::size_t namesPerVerdict = 20;
constexpr double smallestShareOfBeat = 0.4;  // of the RR interval, between first and last phase

std::string nameOf(const SeriesStack& stack) {
  if (!stack.SeriesDescription.empty()) return "series '" + stack.SeriesDescription + "'";
  return "series " + (stack.SeriesInstanceUIDs.empty() ? "" : stack.SeriesInstanceUIDs.front());
}

std::string countOf(int number, const char* one, const char* many) {
  return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

Verdict verdictOn(const SeriesStack& stack, const std::string& id, const std::string& reason) {
  Verdict verdict{id, nameOf(stack) + ' ' + reason, {}};
  for (const SourceFrame& source : stack.sources) {
    if (verdict.instances.size() == namesPerVerdict) break;
    verdict.instances.push_back(source.SOPInstanceUID);
  }
  return verdict;
}

// What real descriptions say of long-axis and vessel planes, and of what is no plain cine.
std::optional<Verdict> problemOfName(const SeriesStack& stack) {
  const std::string name = squeezed(stack.SeriesDescription);
  const bool saysShort = holdsAny(name, {"sax", "shortax", "shax", "kurzachs"});
  if (!saysShort && holdsAny(name, {"2ch", "3ch", "4ch", "twocham", "threecham", "fourcham", "lax",
                                    "longax", "vla", "hla", "lvot", "rvot", "aort"})) {
    return verdictOn(stack, "not-short-axis", "names another plane than the short axis");
  }
  if (holdsAny(name, {"cineir", "tiscout", "molli", "t1map", "t2map", "perf", "tagg", "tagsgrid",
                      "gridtag", "flow", "pcbh", "venc"})) {
    return verdictOn(stack, "not-cine", "names another sequence than a plain cine");
  }
  return std::nullopt;
}

// Phase and velocity images (PS3.3 C.8.3.1.1.1: value 3 and beyond) show no anatomy.
std::optional<Verdict> problemOfType(const SeriesStack& stack) {
  if (stack.content == ImageContent::phase || stack.content == ImageContent::imaginary) {
    return verdictOn(stack, "not-cine", "holds phase or velocity images");
  }
  std::string rest = stack.ImageType + '\\';
  while (!rest.empty()) {
    const std::string value = rest.substr(0, rest.find('\\'));
    rest.erase(0, value.size() + 1);
    if (value == "P" || value == "PHASE" || value == "VELOCITY" || value == "PHASE MAP") {
      return verdictOn(stack, "not-cine", "holds phase or velocity images");
    }
  }
  return std::nullopt;
}

// Whether a time differs from phase to phase within the first slice.
bool varies(const SeriesStack& stack, std::optional<double> FrameTiming::*time) {
  const auto first = stack.stack.frame(0, 0).timing.*time;
  for (int phase = 1; phase < stack.stack.phaseCount; ++phase) {
    const auto other = stack.stack.frame(0, phase).timing.*time;
    if (first.has_value() != other.has_value() || (first && std::abs(*first - *other) > 1)) {
      return true;
    }
  }
  return false;
}

std::optional<Verdict> problemOfTiming(const SeriesStack& stack) {
  if (varies(stack, &FrameTiming::inversionTimeMs)) {
    return verdictOn(stack, "not-cine", "has images of different inversion times, not of phases");
  }
  if (varies(stack, &FrameTiming::echoTimeMs)) {
    return verdictOn(stack, "not-cine", "has images of different echo times, not of phases");
  }
  double earliest = std::numeric_limits<double>::max();
  double latest = std::numeric_limits<double>::lowest();
  for (int phase = 0; phase < stack.stack.phaseCount; ++phase) {
    const auto time = stack.stack.frame(0, phase).timing.triggerTimeMs;
    if (!time) return std::nullopt;
    earliest = std::min(earliest, *time);
    latest = std::max(latest, *time);
  }
  if (latest - earliest < 1) {
    return verdictOn(stack, "not-cine",
                     "has images of one moment of the beat at each position, as perfusion has");
  }
  if (stack.stack.rrIntervalMs &&
      latest - earliest < smallestShareOfBeat * *stack.stack.rrIntervalMs) {
    return verdictOn(stack, "not-cine",
                     "covers less than half of the heart beat: end-systole may lie outside");
  }
  return std::nullopt;
}

// Phases without times are believed, as anonymised series have none, but the reader is told.
bool hasTimes(const SeriesStack& stack) {
  return stack.stack.frame(0, 0).timing.triggerTimeMs.has_value();
}

auto rankOf(const SeriesStack& stack) {
  return std::make_tuple(-stack.stack.sliceCount, -stack.stack.phaseCount);
}

void flagChoice(const SeriesStack& chosen, bool isOneOfEquals, std::vector<Flag>& flags) {
  if (isOneOfEquals) {
    flags.push_back({Severity::warning, "several-short-axis-cines",
                     "The images hold more than one short-axis cine of this size; only one was "
                     "analysed."});
  }
  if (!hasTimes(chosen)) {
    flags.push_back({Severity::warning, "no-trigger-times",
                     "The images carry no times after the R wave: their order in the beat was "
                     "taken from " +
                         chosen.phaseOrderKey + "."});
  }
}

}  // namespace

std::optional<Verdict> whyNoShortAxisCine(const SeriesStack& stack) {
  const ImageStack& images = stack.stack;
  if (images.phaseCount < 2) {
    return verdictOn(stack, "single-phase",
                     "has one image at each position: it is no cine (" +
                         countOf(images.sliceCount, "slice", "slices") + ")");
  }
  if (images.phaseCount < fewestPhases) {
    return verdictOn(stack, "few-phases",
                     "has " + std::to_string(images.phaseCount) +
                         " images at each position, too few to find end-systole");
  }
  for (const auto problem : {problemOfTiming, problemOfType, problemOfName}) {
    if (std::optional<Verdict> found = problem(stack)) return found;
  }
  if (images.sliceCount < fewestSlices) {
    return verdictOn(stack, "few-slices",
                     "has " + countOf(images.sliceCount, "slice", "slices") +
                         ": a volume needs a stack of at least " + std::to_string(fewestSlices));
  }
  return std::nullopt;
}

ShortAxisChoice chooseShortAxis(const std::vector<SeriesStack>& stacks) {
  ShortAxisChoice choice;
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (std::optional<Verdict> problem = whyNoShortAxisCine(stacks[i])) {
      choice.verdicts.push_back(*std::move(problem));
    } else {
      candidates.push_back(i);
    }
  }
  if (candidates.empty()) return choice;
  std::stable_sort(candidates.begin(), candidates.end(), [&](std::size_t a, std::size_t b) {
    return std::make_tuple(rankOf(stacks[a]), stacks[a].SeriesInstanceUIDs) <
           std::make_tuple(rankOf(stacks[b]), stacks[b].SeriesInstanceUIDs);
  });
  const SeriesStack& chosen = stacks[candidates.front()];
  choice.stack = candidates.front();
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    choice.verdicts.push_back(
        verdictOn(stacks[candidates[i]], "other-stack-analysed",
                  "is a short-axis cine, too; " + nameOf(chosen) + " was analysed"));
  }
  const bool isOneOfEquals =
      candidates.size() > 1 && rankOf(chosen) == rankOf(stacks[candidates[1]]);
  flagChoice(chosen, isOneOfEquals, choice.flags);
  return choice;
}

}  // namespace cmr
