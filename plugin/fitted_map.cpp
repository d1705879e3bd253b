#include "plugin/fitted_map.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "analysis/relaxation_fit.h"
#include "plugin/description_words.h"
#include "plugin/tag_reading.h"

namespace cmr {
namespace {

constexpr const char* mapTask = "seg_map_sax";
constexpr std::size_t fewestTimes = 4;
constexpr double fewestFitted = 0.8;  // of the pixels above background

bool holdsInversionImages(const SeriesStack& source) {
  const ImageStack& stack = source.stack;
  for (int slice = 0; slice < stack.sliceCount; ++slice) {
    std::set<long> times;
    for (int phase = 0; phase < stack.phaseCount; ++phase) {
      const auto time = stack.frame(slice, phase).timing.inversionTimeMs;
      if (!time) return false;
      times.insert(std::lround(*time));
    }
    if (times.size() < fewestTimes) return false;
  }
  const TagReading tags = readTags(source);
  if (!tags.view.empty() && tags.view != "sax") return false;
  return !holdsAny(squeezed(source.SeriesDescription), {"scout", "cineir", "looklocker"});
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

std::string saidOfPoor(std::size_t pixels) {
  if (pixels == 0) return {};
  return "; " + std::to_string(pixels) +
         (pixels == 1 ? " was left out, as its curve misses"
                      : " were left out, as their curves miss") +
         " the images by more than " + percent(largestResidual) + " of the recovered signal";
}

}  // namespace

std::optional<std::size_t> chooseInversionImages(const std::vector<SeriesStack>& stacks,
                                                 const std::vector<std::string>& tasks) {
  std::optional<std::size_t> best;
  if (!tasks.empty() && std::find(tasks.begin(), tasks.end(), mapTask) == tasks.end()) return best;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (!holdsInversionImages(stacks[i])) continue;
    if (best && stacks[*best].stack.sliceCount >= stacks[i].stack.sliceCount) continue;
    best = i;
  }
  return best;
}

FittedSeries fitT1Series(const SeriesStack& source) {
  FittedSeries result;
  result.map = source;
  FittedStack fit = fitT1Stack(source.stack);
  result.map.stack = std::move(fit.map);
  const double share =
      fit.tried > 0 ? static_cast<double>(fit.fitted) / static_cast<double>(fit.tried) : 0;
  result.flags.push_back(
      {Severity::note, "t1-fitted",
       "No map came with these images: T1 was fitted here from " +
           std::to_string(source.stack.phaseCount) +
           " inversion images at each place (three parameters, polarity restored, Look-Locker "
           "corrected; " +
           percent(share) + " of the " + std::to_string(fit.tried) +
           " pixels above background have a T1" + saidOfPoor(fit.poor) + ")."});
  if (share < fewestFitted) {
    result.flags.push_back({Severity::warning, "t1-fit-poor",
                            "Only " + percent(share) +
                                " of the pixels could be fitted: the images may have moved "
                                "against each other, or be no such series."});
  }
  if (!hasValue(source.ImageType, "MOCO")) {
    result.flags.push_back({Severity::warning, "t1-fit-unregistered",
                            "The inversion images are not said to be corrected for motion: where "
                            "the heart moved between them, T1 is wrong."});
  }
  return result;
}

}  // namespace cmr
