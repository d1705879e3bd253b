#include "models/batch_source.h"

#include <algorithm>
#include <random>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

const TrainingFrame& pick(const std::vector<TrainingFrame>& frames,
                          const std::vector<double>& cumulative, double fraction) {
  const auto at =
      std::upper_bound(cumulative.begin(), cumulative.end(), fraction * cumulative.back());
  return frames[std::min(static_cast<std::size_t>(at - cumulative.begin()), frames.size() - 1)];
}

}  // namespace

double drawWeight(const TrainingFrame& frame) {
  const std::size_t area = cavityCentre(frame).area;
  double weight = frame.phase == CardiacPhase::endSystole ? 1.4 : 1.0;
  if (area == 0) {
    return 1.0;
  }
  if (area < 500) {
    weight *= 1.6;
  }
  if ((frame.known & bitOf(Structure::lvMyocardium)) != 0 && frame.source == "sunnybrook") {
    weight *= 5.0;  // few epicardia are drawn, and they are what we want to match
  }
  if (frame.source == "pig") {
    weight *= 0.15;  // many frames of one animal
  }
  return weight;
}

Batch drawBatch(const BatchPlan& plan, std::int64_t step, const std::vector<TrainingFrame>& frames,
                const std::vector<double>& cumulative, const PhantomSource& phantom) {
  Batch batch;
  batch.step = step;
  const auto drawFrame = [&](std::uint64_t sampleSeed, const auto& use) {
    std::mt19937_64 rng(sampleSeed);
    std::uniform_real_distribution<double> unit(0, 1);
    const bool fromPhantom = frames.empty() || step < plan.phantomOnlySteps ||
                             (plan.phantomShare > 0 && unit(rng) < plan.phantomShare);
    if (fromPhantom) {
      use(phantom(rng()), rng());
    } else {
      use(pick(frames, cumulative, unit(rng)), rng());
    }
  };
  for (int i = 0; i < plan.crops + plan.fields; ++i) {
    const std::uint64_t seed =
        mixSeed(plan.seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(i));
    drawFrame(seed, [&](const TrainingFrame& frame, std::uint64_t augmentSeed) {
      batch.names.push_back(frame.name);
      if (i < plan.crops) {
        batch.crops.push_back(drawCrop(frame, augmentSeed, plan.augment));
      } else {
        batch.fields.push_back(drawField(frame, augmentSeed, plan.augment));
      }
    });
  }
  return batch;
}

BatchSource::BatchSource(BatchPlan plan, std::vector<TrainingFrame> frames, PhantomSource phantom,
                         std::int64_t firstStep)
    : plan_(std::move(plan)), frames_(std::move(frames)), phantom_(std::move(phantom)) {
  if (frames_.empty() && !phantom_) {
    throw InputError("there is nothing to train on: no frames and no phantoms");
  }
  double sum = 0;
  for (const auto& frame : frames_) {
    sum += drawWeight(frame);
    cumulativeWeights_.push_back(sum);
  }
  ahead_ = std::make_unique<DrawAhead<Batch>>(
      [this](std::int64_t step) {
        return drawBatch(plan_, step, frames_, cumulativeWeights_, phantom_);
      },
      firstStep, plan_.drawThreads);
}

}  // namespace cmr
