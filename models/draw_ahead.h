// Batches drawn ahead on a thread of their own, in the order of their steps.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace cmr {

// Thread ownership: next() is called from one thread, `draw` runs on the object's own, which ends
// with the object. What draw() throws comes out of next(), after the batches drawn before it.
template <typename Batch>
class DrawAhead {
 public:
  // draw(step) is called for firstStep, firstStep + 1, ...; a pure function of the step, so that a
  // resumed run sees exactly what an uninterrupted one would have seen.
  DrawAhead(std::function<Batch(std::int64_t)> draw, std::int64_t firstStep)
      : draw_(std::move(draw)), thread_([this, firstStep] { run(firstStep); }) {}

  ~DrawAhead() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  DrawAhead(const DrawAhead&) = delete;
  DrawAhead& operator=(const DrawAhead&) = delete;

  Batch next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || !ready_.empty(); });
    if (ready_.empty()) {
      std::rethrow_exception(failure_);
    }
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return batch;
  }

 private:
  static constexpr std::size_t batchesAhead = 4;

  void run(std::int64_t step) {
    try {
      for (;; ++step) {
        Batch batch = draw_(step);
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || ready_.size() < batchesAhead; });
        if (stopping_) {
          return;
        }
        ready_.push_back(std::move(batch));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  std::function<Batch(std::int64_t)> draw_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace cmr
