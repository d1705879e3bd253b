// Is the pretraining learning anything, or has it collapsed? Measured on features of fixed images.
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "models/dino_loss.h"

namespace cmr {

// exp of the entropy of the normalised singular values of the centred features (Roy and Vetterli,
// EUSIPCO 2007): how many directions they really use. features [images, width]; 0 when they are all
// the same. At most min(images - 1, width).
double effectiveRank(const torch::Tensor& features);

// Length of the features' deviation from their mean, relative to their own length; 0: all the same.
double featureSpread(const torch::Tensor& features);

// Nearest neighbours by cosine, each weighing exp(cosine / 0.07) as in Caron et al., ICCV 2021,
// among the images of all other patients. Returns the balanced accuracy: the mean over labels of
// the share of images that are told right. Throws InputError when there is no second label, or a
// label has one patient only.
struct LabelledFeatures {
  torch::Tensor features;             // [images, width]
  std::vector<int> labels;            // one per image, from 0
  std::vector<std::string> patients;  // one per image
};
double nearestNeighbourAccuracy(const LabelledFeatures& set, int neighbours);

struct ProbeResult {
  std::int64_t step = 0;
  double rank = 0;
  double spread = 0;
  // Balanced accuracy by question (probe_questions.h), of those that were asked.
  std::map<std::string, double> nearestNeighbours;
  std::string collapse;  // what looks collapsed; empty: nothing does
};

// What is wrong with the features or the teacher's targets, in words; empty when nothing is.
std::string collapseIn(const ProbeResult& probe, const TargetEntropy& targets,
                       std::int64_t prototypes);

}  // namespace cmr
