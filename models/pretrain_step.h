// The terms of one batch of self-distillation: forward passes of teacher and student, and losses.
#pragma once

#include "models/dino_loss.h"
#include "models/dino_network.h"
#include "models/multi_crop.h"

namespace cmr {

struct TeacherCentres {
  torch::Tensor classToken;  // [prototypes]
  torch::Tensor patches;
};

struct StepSettings {
  double learningRate = 0;
  double weightDecay = 0;
  double teacherMomentum = 0;
  double teacherTemperature = 0;
  double studentTemperature = 0;
  double patchWeight = 0;  // above 0: the batch has to hold masks
  double koleoWeight = 0;
  ComputePrecision precision = ComputePrecision::float32;
};

struct StepTerms {
  torch::Tensor loss;  // with its graph
  double classLoss = 0;
  double patchLoss = 0;
  double koleo = 0;
  TargetEntropy targets;
  TeacherCentres seen;  // mean logits of the teacher: what the centres move towards
};

// Centres and teacher are not changed. In a batch without a masked patch the patches' mean logits
// are the centre itself.
StepTerms distil(DinoNetwork& student, DinoNetwork& teacher, const MultiCropBatch& batch,
                 const MultiCropPlan& plan, const TeacherCentres& centres,
                 const StepSettings& settings);

}  // namespace cmr
