// Which of the stacks read from a heap of images is the short-axis cine to analyse, and why the
// others are not.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/measurement.h"
#include "dicom_sr/source.h"

namespace cmr {

// Below these nothing that deserves the name of a volume or of a curve can be had.
inline constexpr int fewestSlices = 3;
inline constexpr int fewestPhases = 5;

// Nothing when the stack may be a short-axis cine, else the reason. Taken as signs: slices and
// phases, times after the R wave, inversion and echo times, the image type, and what the
// description says of plane and sequence.
std::optional<Verdict> whyNoShortAxisCine(const SeriesStack& stack);

struct ShortAxisChoice {
  std::optional<std::size_t> stack;  // index of the stack to analyse
  std::vector<Verdict> verdicts;     // on each stack that is not analysed
  std::vector<Flag> flags;           // doubts about the choice itself, for the reader of the result
};

// The stack with the most slices, then the most phases; at equal numbers the first by identifier,
// which is flagged.
ShortAxisChoice chooseShortAxis(const std::vector<SeriesStack>& stacks);

}  // namespace cmr
