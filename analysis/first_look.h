// What the first look says of a series as a whole: which sequence and view it shows, and whether it
// looks like anything that the package was trained on. No LibTorch here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "analysis/image_stack.h"

namespace cmr {

// One classification head's answer, from the mean of its probabilities over the frames looked at.
struct FirstLookAnswer {
  std::string task;                   // "sequence", "view"
  std::vector<HeadClass> classes;     // the head's, with evidence and release
  std::vector<double> probabilities;  // by class
  double leastProbability = 0;        // below it the answer is uncertain
  // Where every frame was looked at: by slice, the mean over its phases; else empty.
  std::vector<std::vector<double>> bySlice = {};

  const HeadClass& taken() const;  // the most probable class
  double probability() const;      // of that class
  bool isCertain() const { return probability() >= leastProbability; }
};

struct FirstLook {
  std::size_t frames = 0;                // that were looked at
  std::vector<FirstLookAnswer> answers;  // by task; none when the package has no such heads
  // Distance of the features from those of the training (median over the frames) and the limit
  // above which it is told; none when the package holds no statistics.
  std::optional<double> distance;
  double largestDistance = 0;

  const FirstLookAnswer* answer(const std::string& task) const;  // null when there is none
  bool isUnlikeTraining() const { return distance && *distance > largestDistance; }
};

// A few frames spread over the slices and the beat, for a look at a series that is not analysed.
std::vector<FrameKey> fewFrames(const ImageStack& stack);

}  // namespace cmr
