#include "analysis/crop_reading.h"

#include <algorithm>
#include <iterator>
#include <set>

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

void CropReading::add(const TokenLevels& tokens, const std::vector<int>& slices) {
  for (std::size_t h = 0; h < heads_.size(); ++h) {
    const torch::Tensor p = probabilitiesOf(*heads_[h], tokens).cpu().contiguous();
    const std::int64_t classes = p.size(1);
    for (std::size_t i = 0; i < slices.size(); ++i) {
      if (slices[i] < 0) continue;
      const float* row = p.data_ptr<float>() + static_cast<std::int64_t>(i) * classes;
      std::vector<double>& sum = sums_[h].at(static_cast<std::size_t>(slices[i]));
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += static_cast<double>(row[k]);
    }
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

}  // namespace cmr
