// Batches drawn ahead on threads of their own, handed out in the order of their steps.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace cmr {

// Thread ownership: next() is called from one thread, `draw` runs on the object's own, which end
// with the object. What draw() throws comes out of next(), after the batches drawn before it.
template <typename Batch>
class DrawAhead {
 public:
  // draw(step) is called for firstStep, firstStep + 1, ...; a pure function of the step, so that a
  // resumed run sees exactly what an uninterrupted one would have seen, whatever the number of
  // threads. With several threads, draw is called from all of them at once.
  DrawAhead(std::function<Batch(std::int64_t)> draw, std::int64_t firstStep, int threads = 1)
      : draw_(std::move(draw)), given_(firstStep), taken_(firstStep) {
    const int count = std::max(1, threads);
    ahead_ = std::max<std::int64_t>(4, 2 * count);
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
  }

  ~DrawAhead() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  DrawAhead(const DrawAhead&) = delete;
  DrawAhead& operator=(const DrawAhead&) = delete;

  Batch next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.count(taken_) != 0 || failedAt(taken_); });
    const auto found = ready_.find(taken_);
    if (found == ready_.end()) {
      std::rethrow_exception(failures_.begin()->second);
    }
    Batch batch = std::move(found->second);
    ready_.erase(found);
    ++taken_;
    changed_.notify_all();
    return batch;
  }

 private:
  bool failedAt(std::int64_t step) const {
    return !failures_.empty() && failures_.begin()->first <= step;
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || given_ < taken_ + ahead_; });
      if (stopping_ || !failures_.empty()) {
        return;
      }
      const std::int64_t step = given_++;
      lock.unlock();
      std::optional<Batch> batch;
      std::exception_ptr failure;
      try {
        batch = draw_(step);
      } catch (...) {
        failure = std::current_exception();
      }
      // Outside the handler, so that whoever takes the failure owns it alone.
      lock.lock();
      if (failure) {
        failures_.emplace(step, std::move(failure));
      } else {
        ready_.emplace(step, std::move(*batch));
      }
      changed_.notify_all();
    }
  }

  std::function<Batch(std::int64_t)> draw_;
  std::int64_t ahead_ = 0;  // batches begun and not taken, at most
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t given_;  // the step that is begun next
  std::int64_t taken_;  // the step that is handed out next
  std::map<std::int64_t, Batch> ready_;
  std::map<std::int64_t, std::exception_ptr> failures_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: they use the others
};

// How many threads draw beside the computation: where that runs on the processor, one; beside a
// GPU, all cores but the one that feeds it.
inline int drawingThreads(bool besideGpu) {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return besideGpu ? std::max(1, cores - 1) : 1;
}

}  // namespace cmr
