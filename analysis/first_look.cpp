#include "analysis/first_look.h"

#include <algorithm>

namespace cmr {
namespace {

constexpr int mostSlices = 6;

std::size_t largest(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

}  // namespace

const HeadClass& FirstLookAnswer::taken() const { return classes.at(largest(probabilities)); }

double FirstLookAnswer::probability() const { return probabilities.at(largest(probabilities)); }

const FirstLookAnswer* FirstLook::answer(const std::string& task) const {
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [&](const FirstLookAnswer& a) { return a.task == task; });
  return found == answers.end() ? nullptr : &*found;
}

// The outermost slices often lie beyond the heart: each taken slice stands for its share of the
// stack and lies in the middle of it.
std::vector<FrameKey> fewFrames(const ImageStack& stack) {
  std::vector<FrameKey> frames;
  const int slices = std::min(mostSlices, stack.sliceCount);
  for (int i = 0; i < slices; ++i) {
    const int slice = (2 * i + 1) * stack.sliceCount / (2 * slices);
    frames.push_back({slice, i % 2 == 0 ? 0 : stack.phaseCount / 3});
  }
  return frames;
}

}  // namespace cmr
