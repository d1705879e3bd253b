// What the classification heads that see the whole field, and the statistics of the training, say
// of a series: one answer from the tokens of many frames.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/first_look.h"
#include "analysis/package_heads.h"
#include "analysis/silent_heads.h"
#include "analysis/unlike_training.h"

namespace cmr {

class FieldReading {
 public:
  // Both outlive it; `heads` all see the whole field.
  FieldReading(std::vector<ClassificationHead>& heads,
               const std::optional<TrainingLikeness>& likeness);

  // Tokens of a batch of `frames` pictures. What throws has added nothing.
  void add(const TokenLevels& tokens, std::size_t frames);

  // Means over the frames, and the middle of their distances. Nothing of a head that failed.
  FirstLook firstLook() const;
  std::vector<SilentHead> failures() const;

 private:
  std::vector<ClassificationHead>& heads_;
  const std::optional<TrainingLikeness>& likeness_;
  std::vector<std::string> failures_;               // by head; empty: it did not fail
  std::vector<std::vector<double>> probabilities_;  // by head, by class: sum over the frames
  std::vector<double> distances_;
  std::size_t frames_ = 0;
};

}  // namespace cmr
