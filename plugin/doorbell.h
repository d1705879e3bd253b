// Wakes a thread that waits for work. Ringing takes a lock for an instant, nothing else, so that it
// may be done from a callback of the archive.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace cmr {

// Thread ownership: any thread rings, one thread waits.
class Doorbell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
    }
    wake_.notify_one();
  }

  // Returns when it was rung since the last wait, when stop is asked for, or after the timeout.
  void wait(const std::stop_token& stop, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, timeout, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool rung_ = false;
};

}  // namespace cmr
