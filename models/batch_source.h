// Batches for training, drawn ahead on a thread of their own. Every batch is a function of (seed,
// step), so that a resumed run sees exactly what an uninterrupted one would have seen.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "models/augment.h"
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
};

struct Batch {
  std::int64_t step = 0;
  std::vector<TrainingSample> crops;
  std::vector<FieldSample> fields;
};

// Weight of a real frame in the draw: end systole, small cavities and drawn epicardia count more.
double drawWeight(const TrainingFrame& frame);

// Draws the batch of one step; a pure function.
Batch drawBatch(const BatchPlan& plan, std::int64_t step, const std::vector<TrainingFrame>& frames,
                const std::vector<double>& cumulativeWeights, const PhantomSource& phantom);

// Thread ownership: next() is called from one thread; the drawing thread ends with the object.
class BatchSource {
 public:
  BatchSource(BatchPlan plan, std::vector<TrainingFrame> frames, PhantomSource phantom,
              std::int64_t firstStep);
  ~BatchSource();
  BatchSource(const BatchSource&) = delete;
  BatchSource& operator=(const BatchSource&) = delete;

  Batch next();  // rethrows what went wrong on the drawing thread

 private:
  void draw(std::int64_t step);

  BatchPlan plan_;
  std::vector<TrainingFrame> frames_;
  std::vector<double> cumulativeWeights_;
  PhantomSource phantom_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cmr
