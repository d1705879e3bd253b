// Classification heads that read the crops about the heart (lge_presence, disease): their answers
// from the tokens of the pass that makes the outlines, frame by frame.
#pragma once

#include <string>
#include <vector>

#include "analysis/first_look.h"
#include "analysis/package_heads.h"
#include "analysis/silent_heads.h"

namespace cmr {

// Of the heads, those with that look.
std::vector<ClassificationHead> headsThatSee(std::vector<ClassificationHead> heads, HeadLook look);

class CropReading {
 public:
  // `heads` outlives it. Only heads that apply to the sequence and view are asked.
  CropReading(std::vector<ClassificationHead>& heads, const std::string& sequence,
              const std::string& view, int sliceCount);

  // The layers that the heads read, for NetworkImpl::segmentAndRead; none when no head applies.
  std::vector<int> layers() const;

  // Tokens of a batch whose pictures are frames of these slices, in order; -1 leaves one out, as
  // one that shows no left ventricle tells nothing of it. What throws has added nothing.
  void add(const TokenLevels& tokens, const std::vector<int>& slices);

  // Mean over the slices that were seen, each being the mean over its frames. Nothing of a head
  // that failed in one of them.
  std::vector<FirstLookAnswer> answers() const;
  std::vector<SilentHead> failures() const;

 private:
  void addAnswers(std::size_t head, const torch::Tensor& probabilities,
                  const std::vector<int>& slices);

  std::vector<ClassificationHead*> heads_;
  std::vector<std::string> failures_;  // by head; empty: it did not fail
  // By head, by slice, by class: sum over the frames.
  std::vector<std::vector<std::vector<double>>> sums_;
  std::vector<int> frames_;  // by slice
};

}  // namespace cmr
