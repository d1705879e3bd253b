#include "models/dino_loss.h"

#include "analysis/errors.h"

namespace cmr {
namespace {

torch::Tensor flat(const torch::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

torch::Tensor entropyOf(const torch::Tensor& p) { return -(p * p.clamp_min(1e-30).log()).sum(-1); }

}  // namespace

torch::Tensor teacherTargets(const torch::Tensor& logits, const torch::Tensor& centre,
                             double temperature) {
  const torch::NoGradGuard guard;
  return torch::softmax((logits - centre) / temperature, -1);
}

torch::Tensor classTokenLoss(const torch::Tensor& studentLogits, const torch::Tensor& targets,
                             double studentTemperature) {
  const auto studentViews = studentLogits.size(0);
  const auto teacherViews = targets.size(0);
  if (studentLogits.dim() != 3 || targets.dim() != 3 || studentViews < teacherViews ||
      studentLogits.size(1) != targets.size(1) || studentLogits.size(2) != targets.size(2)) {
    throw InputError("the student's and the teacher's logits do not fit each other");
  }
  const auto pairs = teacherViews * (studentViews - 1);
  if (pairs == 0) {
    throw InputError("self-distillation needs two views of an image at least");
  }
  const torch::Tensor logP = torch::log_softmax(studentLogits / studentTemperature, -1);
  // For each teacher view the student's other views weigh the same, so they may be added first.
  const torch::Tensor others = logP.sum(0).unsqueeze(0) - logP.slice(0, 0, teacherViews);
  return -(targets * others).sum() / static_cast<double>(pairs * targets.size(1));
}

torch::Tensor maskedPatchLoss(const torch::Tensor& studentLogits, const torch::Tensor& targets,
                              const torch::Tensor& weights, double studentTemperature) {
  if (studentLogits.size(0) == 0) {
    return studentLogits.sum();  // 0, and still part of the graph
  }
  const torch::Tensor logP = torch::log_softmax(studentLogits / studentTemperature, -1);
  return -((targets * logP).sum(-1) * weights).sum() / weights.sum();
}

torch::Tensor nearestNeighbourSpread(const torch::Tensor& features) {
  if (features.size(0) < 2) {
    return features.sum() * 0;
  }
  namespace F = torch::nn::functional;
  const torch::Tensor unit = F::normalize(features, F::NormalizeFuncOptions().dim(1));
  torch::Tensor nearest;
  {
    const torch::NoGradGuard guard;
    torch::Tensor similarity = torch::matmul(unit, unit.t());
    similarity.fill_diagonal_(-2);
    nearest = similarity.argmax(1);
  }
  // Through the difference and not through the cosine: near 1 the latter has no digits left.
  constexpr double smallest = 1e-8;
  const torch::Tensor distance =
      ((unit - unit.index_select(0, nearest)).square().sum(1) + smallest * smallest).sqrt();
  return -distance.log().mean();
}

torch::Tensor movedCentre(const torch::Tensor& centre, const torch::Tensor& teacherLogits,
                          double momentum) {
  const torch::NoGradGuard guard;
  return centre * momentum + flat(teacherLogits).mean(0) * (1 - momentum);
}

TargetEntropy targetEntropy(const torch::Tensor& targets) {
  const torch::NoGradGuard guard;
  const torch::Tensor rows = flat(targets);
  return {entropyOf(rows).mean().item<double>(), entropyOf(rows.mean(0)).item<double>()};
}

}  // namespace cmr
