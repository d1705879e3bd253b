#include "analysis/crop_reading.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "analysis/errors.h"

namespace cmr {

std::vector<ClassificationHead> headsThatSee(std::vector<ClassificationHead> heads, HeadLook look) {
  std::vector<ClassificationHead> own;
  std::copy_if(heads.begin(), heads.end(), std::back_inserter(own),
               [&](const ClassificationHead& head) { return head.description.look == look; });
  return own;
}

CropReading::CropReading(std::vector<ClassificationHead>& heads, const std::string& sequence,
                         const std::string& view, int sliceCount)
    : frames_(static_cast<std::size_t>(sliceCount)) {
  for (ClassificationHead& head : heads) {
    if (!appliesTo(head.description, sequence, view)) continue;
    heads_.push_back(&head);
    failures_.emplace_back();
    sums_.emplace_back(static_cast<std::size_t>(sliceCount),
                       std::vector<double>(head.description.classes.size()));
  }
}

std::vector<int> CropReading::layers() const {
  std::set<int> layers;
  for (const ClassificationHead* head : heads_) {
    layers.insert(head->description.layers.begin(), head->description.layers.end());
  }
  return {layers.begin(), layers.end()};
}

void CropReading::addAnswers(std::size_t head, const torch::Tensor& probabilities,
                             const std::vector<int>& slices) {
  const std::int64_t classes = probabilities.size(1);
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (slices[i] < 0) continue;
    const float* row = probabilities.data_ptr<float>() + static_cast<std::int64_t>(i) * classes;
    std::vector<double>& sum = sums_[head].at(static_cast<std::size_t>(slices[i]));
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += static_cast<double>(row[k]);
  }
}

void CropReading::add(const TokenLevels& tokens, const std::vector<int>& slices) {
  std::vector<torch::Tensor> probabilities(heads_.size());
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures_[h].empty()) continue;
    try {
      probabilities[h] = probabilitiesOf(*heads_[h], tokens).cpu().contiguous();
    } catch (const InputError& error) {  // a script's; the others go on
      failures_[h] = error.what();
    }
  }
  // All is computed: a batch that memory did not hold can be given again.
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (probabilities[h].defined()) addAnswers(h, probabilities[h], slices);
  }
  for (const int slice : slices) {
    if (slice >= 0) ++frames_.at(static_cast<std::size_t>(slice));
  }
}

std::vector<FirstLookAnswer> CropReading::answers() const {
  std::vector<FirstLookAnswer> answers;
  const auto seen =
      std::count_if(frames_.begin(), frames_.end(), [](int frames) { return frames > 0; });
  if (seen == 0) return answers;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures_[h].empty()) continue;
    const HeadDescription& head = heads_[h]->description;
    FirstLookAnswer answer{head.task, head.classes, std::vector<double>(head.classes.size()),
                           head.leastProbability, sums_[h]};
    for (std::size_t s = 0; s < frames_.size(); ++s) {
      if (frames_[s] == 0) continue;
      for (std::size_t k = 0; k < head.classes.size(); ++k) {
        double& own = answer.bySlice[s][k];
        own /= frames_[s];
        answer.probabilities[k] += own / static_cast<double>(seen);
      }
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::vector<SilentHead> CropReading::failures() const {
  std::vector<SilentHead> failures;
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    if (!failures_[h].empty()) failures.push_back({heads_[h]->description.task, failures_[h]});
  }
  return failures;
}

}  // namespace cmr
