#include "models/pretrain_step.h"

namespace cmr {
namespace {

// The batch stays alive for as long as its tensors are used.
torch::Tensor viewsOf(const std::vector<float>& pixels, std::int64_t views, std::int64_t size) {
  return torch::from_blob(const_cast<float*>(pixels.data()), {views, 1, size, size},
                          torch::kFloat32);
}

torch::Tensor masksOf(const std::vector<std::uint8_t>& masks, std::int64_t views) {
  return torch::from_blob(const_cast<std::uint8_t*>(masks.data()),
                          {views, static_cast<std::int64_t>(masks.size()) / views}, torch::kUInt8)
      .to(torch::kBool);
}

// Each masked patch weighs 1 over the masked patches of its view.
torch::Tensor weightsOf(const torch::Tensor& masks) {
  const torch::Tensor counts = masks.sum(1, true).clamp_min(1).expand_as(masks);
  return counts.index({masks}).to(torch::kFloat32).reciprocal();
}

}  // namespace

StepTerms distil(DinoNetwork& student, DinoNetwork& teacher, const MultiCropBatch& batch,
                 const MultiCropPlan& plan, const TeacherCentres& centres, const StepSettings& s) {
  const std::int64_t images = batch.images;
  const std::int64_t globals = plan.crops.globalCrops;
  const std::int64_t locals = plan.crops.localCrops;
  const torch::Device device = centres.classToken.device();
  const torch::Tensor large =
      viewsOf(batch.globals, globals * images, plan.crops.globalSize).to(device);
  const bool patches = s.patchWeight > 0;
  const torch::Tensor masks =
      patches ? masksOf(batch.masks, globals * images).to(device) : torch::Tensor();

  StepTerms terms;
  torch::Tensor targets;
  torch::Tensor patchTargets;
  terms.seen.patches = centres.patches;
  {
    const torch::NoGradGuard guard;
    const DinoFeatures seen = teacher->features(large, masks, false, s.precision);
    const torch::Tensor logits = teacher->classLogits(seen.classToken, s.precision);
    terms.seen.classToken = logits.mean(0);
    targets = teacherTargets(logits, centres.classToken, s.teacherTemperature)
                  .view({globals, images, -1});
    terms.targets = targetEntropy(targets);
    if (patches && seen.maskedTokens.size(0) > 0) {
      const torch::Tensor patchLogits = teacher->patchLogits(seen.maskedTokens, s.precision);
      terms.seen.patches = patchLogits.mean(0);
      patchTargets = teacherTargets(patchLogits, centres.patches, s.teacherTemperature);
    }
  }

  const DinoFeatures own = student->features(large, masks, true, s.precision);
  torch::Tensor rows = own.classToken;
  if (locals > 0) {
    const torch::Tensor small =
        viewsOf(batch.locals, locals * images, plan.crops.localSize).to(device);
    rows = torch::cat({rows, student->features(small, {}, false, s.precision).classToken});
  }
  const torch::Tensor logits =
      student->classLogits(rows, s.precision).view({globals + locals, images, -1});
  terms.loss = classTokenLoss(logits, targets, s.studentTemperature);
  terms.classLoss = terms.loss.item<double>();
  if (patchTargets.defined()) {
    const torch::Tensor loss =
        maskedPatchLoss(student->patchLogits(own.maskedTokens, s.precision), patchTargets,
                        weightsOf(masks), s.studentTemperature);
    terms.patchLoss = loss.item<double>();
    terms.loss = terms.loss + s.patchWeight * loss;
  }
  if (s.koleoWeight > 0) {
    torch::Tensor spread = torch::zeros({}, device);
    for (const torch::Tensor& view : own.classToken.split(images)) {
      spread = spread + nearestNeighbourSpread(view) / static_cast<double>(globals);
    }
    terms.koleo = spread.item<double>();
    terms.loss = terms.loss + s.koleoWeight * spread;
  }
  return terms;
}

}  // namespace cmr
