// The terms of self-distillation, as functions of logits and features. All tensors are float32.
// Sources: Caron et al., ICCV 2021 (DINO: the class token's term, centring, sharpening); Zhou et
// al., ICLR 2022 (iBOT: the masked patches' term); Sablayrolles et al., ICLR 2019 (KoLeo), as
// weighed in Oquab et al., TMLR 2024 (DINOv2).
#pragma once

#include <torch/torch.h>

namespace cmr {

// What the teacher says: softmax((logits - centre) / temperature) over the last dimension, without
// gradient. logits [..., prototypes]; centre [prototypes].
torch::Tensor teacherTargets(const torch::Tensor& logits, const torch::Tensor& centre,
                             double temperature);

// Cross-entropy of the student under the teacher, mean over images and over all pairs of a teacher
// view and another student view. studentLogits [studentViews, batch, prototypes], of which the
// first teacherViews are the teacher's own views; targets [teacherViews, batch, prototypes].
// Throws InputError when there is no pair, or when the shapes do not fit.
torch::Tensor classTokenLoss(const torch::Tensor& studentLogits, const torch::Tensor& targets,
                             double studentTemperature);

// The same for masked patches, each against the same patch of the same view. studentLogits and
// targets [patches, prototypes]; weights [patches]: usually 1 / (masked patches of its picture), so
// that every masked picture counts the same. Sum of the weighted terms over the sum of the weights;
// 0 without patches.
torch::Tensor maskedPatchLoss(const torch::Tensor& studentLogits, const torch::Tensor& targets,
                              const torch::Tensor& weights, double studentTemperature);

// Spreads features over the sphere: mean of -log of the distance to the nearest other one, after
// scaling each to length 1. features [batch, width]; 0 for a batch of one.
torch::Tensor nearestNeighbourSpread(const torch::Tensor& features);

// The centre after a step: momentum * centre + (1 - momentum) * mean of the logits over everything
// but the last dimension.
torch::Tensor movedCentre(const torch::Tensor& centre, const torch::Tensor& teacherLogits,
                          double momentum);

// How the teacher's answers are spread, in nats; both lie between 0 and log(prototypes). Healthy
// targets are sharp one by one and different together. Everything in one prototype: ofMean is 0.
// Nothing decided: mean is log(prototypes).
struct TargetEntropy {
  double mean = 0;    // mean over targets of their entropy
  double ofMean = 0;  // entropy of the mean target
};
TargetEntropy targetEntropy(const torch::Tensor& targets);

}  // namespace cmr
