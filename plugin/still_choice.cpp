#include "plugin/still_choice.h"

#include <algorithm>

namespace cmr {
namespace {

std::string taskFor(const std::string& sequence) {
  if (sequence == "lge") return "seg_lge_sax";
  if (sequence == "t1_map" || sequence == "t2_map") return "seg_map_sax";
  return {};
}

bool isWanted(const std::string& task, const std::vector<std::string>& tasks) {
  return !task.empty() &&
         (tasks.empty() || std::find(tasks.begin(), tasks.end(), task) != tasks.end());
}

}  // namespace

std::optional<StillChoice> chooseStill(const std::vector<SeriesStack>& stacks,
                                       const std::vector<TagReading>& taken,
                                       const std::vector<std::string>& tasks) {
  std::optional<StillChoice> best;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    if (stacks[i].stack.phaseCount != 1) continue;
    const TagReading& kind = taken.at(i);
    const std::string task = taskFor(kind.sequence);
    if (!isWanted(task, tasks) || (!kind.view.empty() && kind.view != "sax")) continue;
    if (best && stacks[best->stack].stack.sliceCount >= stacks[i].stack.sliceCount) continue;
    best = StillChoice{i, task, kind.sequence};
  }
  return best;
}

std::string nameOfSequence(const std::string& sequence) {
  if (sequence == "lge") return "late gadolinium enhancement";
  return sequence == "t2_map" ? "a T2 map" : "a T1 map";
}

}  // namespace cmr
