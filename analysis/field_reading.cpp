#include "analysis/field_reading.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "analysis/errors.h"

namespace cmr {

FieldReading::FieldReading(std::vector<ClassificationHead>& heads,
                           const std::optional<TrainingLikeness>& likeness)
    : heads_(heads), likeness_(likeness), failures_(heads.size()) {
  for (const ClassificationHead& head : heads) {
    probabilities_.emplace_back(head.description.classes.size());
  }
}

void FieldReading::add(const TokenLevels& tokens, std::size_t frames) {
  std::vector<torch::Tensor> sums(heads_.size());
  std::vector<std::string> failures = failures_;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures[h].empty()) continue;
    try {
      sums[h] = probabilitiesOf(heads_[h], tokens).sum(0).cpu().contiguous();
    } catch (const InputError& error) {  // a script's; the others go on
      failures[h] = error.what();
    }
  }
  std::vector<double> distances = distances_;
  if (likeness_ && !tokens.empty()) {
    const auto more = likeness_->distances(tokens.rbegin()->second.select(1, 0));
    distances.insert(distances.end(), more.begin(), more.end());
  }
  // All is computed: a batch that memory did not hold can be given again.
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!sums[h].defined()) continue;
    const float* const sum = sums[h].data_ptr<float>();
    for (std::size_t k = 0; k < probabilities_[h].size(); ++k) {
      probabilities_[h][k] += static_cast<double>(sum[k]);
    }
  }
  failures_ = std::move(failures);
  distances_ = std::move(distances);
  frames_ += frames;
}

FirstLook FieldReading::firstLook() const {
  FirstLook look;
  look.frames = frames_;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures_[h].empty() || frames_ == 0) continue;
    const HeadDescription& head = heads_[h].description;
    FirstLookAnswer answer{head.task, head.classes, probabilities_[h], head.leastProbability};
    for (double& probability : answer.probabilities) probability /= static_cast<double>(frames_);
    look.answers.push_back(std::move(answer));
  }
  if (!distances_.empty()) {
    std::vector<double> sorted = distances_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    look.distance = *middle;
    look.largestDistance = likeness_->threshold;
  }
  return look;
}

std::vector<SilentHead> FieldReading::failures() const {
  std::vector<SilentHead> failed;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures_[h].empty()) failed.push_back({heads_[h].description.task, failures_[h]});
  }
  return failed;
}

}  // namespace cmr
