// How unlike the images of the training an image looks to the backbone: the distance of its class
// token from those of the training.
//
// The class tokens of each kind of image are taken for normally distributed about a mean of their
// own, with a covariance that all kinds share (Lee et al., NeurIPS 2018): of it the directions of
// largest variance are kept and the rest is one variance (probabilistic PCA, Tipping and Bishop,
// 1999). The distance is Mahalanobis' to the nearest mean, over the square root of the number of
// dimensions: about 1 for the images of the training.
#pragma once

#include <torch/torch.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/model_package.h"

namespace cmr {

struct TrainingLikeness {
  torch::Tensor means;      // float32 [kinds, width]
  torch::Tensor basis;      // float32 [directions, width], orthonormal
  torch::Tensor deviation;  // float32 [directions + 1], the last of every direction left out
  double threshold = 0;     // distances above it are told

  // classTokens: [batch, width]. One distance each.
  std::vector<double> distances(const torch::Tensor& classTokens) const;
};

// classTokens float32 [n, width], kinds: of each row, from 0. Throws InputError when there are
// fewer than two rows of a kind.
TrainingLikeness fitTrainingLikeness(const torch::Tensor& classTokens,
                                     const std::vector<int>& kinds, int directions);

// As a package holds it: tensors "unlike_training.*" and the manifest's "unlikeTraining". Nothing
// when it holds none.
std::optional<TrainingLikeness> readTrainingLikeness(const ModelPackage& package);
std::map<std::string, torch::Tensor> tensorsOf(const TrainingLikeness& likeness);

}  // namespace cmr
