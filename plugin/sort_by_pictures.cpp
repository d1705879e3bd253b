#include "plugin/sort_by_pictures.h"

#include <algorithm>

#include "config/picture_sorting.h"

namespace cmr {

std::map<std::string, ClassifierAnswer> classifiedBy(const FirstLook& look) {
  std::map<std::string, ClassifierAnswer> classified;
  for (const FirstLookAnswer& answer : look.answers) {
    classified[answer.task] = {answer.taken().name, answer.probability(), answer.leastProbability,
                               answer.taken().release != "off"};
  }
  return classified;
}

std::size_t largestStack(const std::vector<SeriesStack>& stacks) {
  const auto images = [](const SeriesStack& stack) {
    return stack.stack.sliceCount * stack.stack.phaseCount;
  };
  const auto largest = std::max_element(
      stacks.begin(), stacks.end(),
      [&](const SeriesStack& a, const SeriesStack& b) { return images(a) < images(b); });
  return static_cast<std::size_t>(largest - stacks.begin());
}

PictureSorting sortByPictures(const std::string& sorting, const std::vector<SeriesStack>& stacks,
                              FrameSegmenter& segmenter) {
  PictureSorting sorted;
  sorted.stack = largestStack(stacks);
  sorted.look = segmenter.firstLook(stacks.at(sorted.stack).stack);
  sorted.decision = decideSorting(sorting, classifiedBy(sorted.look));
  return sorted;
}

std::string whyLeftAlone(const PictureSorting& sorting) {
  const RoutingDecision& decision = sorting.decision;
  if (decision.action == RouteAction::analyze) return {};
  std::string seen;
  for (const FirstLookAnswer& answer : sorting.look.answers) {
    seen += (seen.empty() ? "" : ", ") + answer.task + " " + answer.taken().name;
    if (!answer.isCertain()) seen += " (unsure)";
  }
  const std::string pictures =
      " after a look at its pictures (" +
      (seen.empty() ? "the model package has no classifier that says what they show" : seen) + ")";
  if (decision.action == RouteAction::noRule) return "no rule takes the series" + pictures;
  return "skipped by rule \"" + decision.rule + "\"" + pictures + ": " + decision.reason;
}

}  // namespace cmr
