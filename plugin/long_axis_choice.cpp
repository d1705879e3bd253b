#include "plugin/long_axis_choice.h"

#include <algorithm>
#include <tuple>

#include "plugin/short_axis_choice.h"

namespace cmr {
namespace {

constexpr const char* longAxisTask = "seg_cine_lax";

auto rankOf(const std::string& view, const SeriesStack& stack) {
  return std::tuple(view == "4ch" ? 1 : 0, stack.stack.phaseCount);
}

}  // namespace

std::optional<LongAxisChoice> chooseLongAxis(const std::vector<SeriesStack>& stacks,
                                             const std::vector<TagReading>& taken,
                                             const std::vector<std::string>& tasks) {
  std::optional<LongAxisChoice> best;
  if (!tasks.empty() && std::find(tasks.begin(), tasks.end(), longAxisTask) == tasks.end()) {
    return best;
  }
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const TagReading& kind = taken.at(i);
    const bool isView = kind.view == "2ch" || kind.view == "4ch";
    if (!isView || kind.sequence != "cine" || stacks[i].stack.sliceCount != 1 ||
        stacks[i].stack.phaseCount < fewestPhases) {
      continue;
    }
    if (best && rankOf(best->view, stacks[best->stack]) >= rankOf(kind.view, stacks[i])) continue;
    best = LongAxisChoice{i, kind.view};
  }
  return best;
}

}  // namespace cmr
