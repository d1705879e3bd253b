// Training of a pooled head on tokens that a frozen backbone gave: seconds to minutes on a CPU.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/pooled_head.h"
#include "models/classification_scores.h"
#include "models/view_tokens.h"

namespace cmr {

struct ClassifierTraining {
  // Above 0: no steps, but the weights that fit the classes best in least squares, with this
  // penalty on the squares of the weights (Hoerl and Kennard, Technometrics, 1970; features of
  // variance 1, weights of all views of sum 1). Only for heads without queries.
  double ridge = 0;
  double realWeight = 1;  // of real images beside drawn ones of the same label
  std::int64_t steps = 500;
  std::int64_t batch = 128;
  double learningRate = 2e-3;  // AdamW, cosine to a hundredth
  double weightDecay = 0.05;
  std::uint64_t seed = 1;
};

// One view's part in the training: what its image may be, and how often it is drawn.
struct ViewSample {
  std::int64_t view = 0;
  ClassSet allowed = 0;
  double weight = 0;
};

// Every set of labels is drawn as often as any other, within it real images `realWeight` times as
// often as drawn ones, and within those every subject alike: one patient with many images teaches
// no more than another with few. `isTaken` by image.
std::vector<ViewSample> balancedSamples(const ViewTokens& tokens,
                                        const std::vector<LabelledImage>& images,
                                        const std::vector<bool>& isTaken, double realWeight = 1);

// geometry.layers are those of the tokens, in order. The loss of a view is the negative logarithm
// of the probability of what its image may be; in least squares its target is 1, shared by what it
// may be. Throws InputError when there is nothing to learn from, or the loss is no number.
PooledHead trainClassifier(const PooledHeadGeometry& geometry, const ViewTokens& tokens,
                           const std::vector<ViewSample>& samples,
                           const ClassifierTraining& options);

// Logits of the images' plain views, by image; empty for an image not asked for.
std::vector<std::vector<double>> plainLogits(PooledHead& head, const ViewTokens& tokens,
                                             const std::vector<bool>& isAsked);

}  // namespace cmr
