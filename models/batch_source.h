// Batches for training, drawn ahead on a thread of their own. Every batch is a function of (seed,
// step), so that a resumed run sees exactly what an uninterrupted one would have seen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/augment.h"
#include "models/draw_ahead.h"
#include "models/training_frame.h"

namespace cmr {

using PhantomSource = std::function<TrainingFrame(std::uint64_t seed)>;

struct BatchPlan {
  std::uint64_t seed = 1;
  int crops = 12;                     // per batch
  int fields = 4;                     // per batch, for the first look
  std::int64_t phantomOnlySteps = 0;  // the supervised warm-up
  double phantomShare = 0.25;         // afterwards
  AugmentOptions augment;
  int drawThreads = 1;
};

struct Batch {
  std::int64_t step = 0;
  std::vector<TrainingSample> crops;
  std::vector<FieldSample> fields;
  std::vector<std::string> names;  // of the frames behind the crops, then behind the fields
};

// Weight of a real frame in the draw: end systole, small cavities and drawn epicardia count more.
double drawWeight(const TrainingFrame& frame);

// Draws the batch of one step; a pure function.
Batch drawBatch(const BatchPlan& plan, std::int64_t step, const std::vector<TrainingFrame>& frames,
                const std::vector<double>& cumulativeWeights, const PhantomSource& phantom);

// Draws ahead (see DrawAhead for threads and errors).
class BatchSource {
 public:
  // Throws InputError when there is nothing to draw from.
  BatchSource(BatchPlan plan, std::vector<TrainingFrame> frames, PhantomSource phantom,
              std::int64_t firstStep);

  Batch next() { return ahead_->next(); }

 private:
  BatchPlan plan_;
  std::vector<TrainingFrame> frames_;
  std::vector<double> cumulativeWeights_;
  PhantomSource phantom_;
  std::unique_ptr<DrawAhead<Batch>> ahead_;  // last: it draws from the others
};

}  // namespace cmr
