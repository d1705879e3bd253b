#include "plugin/memory_promises.h"

#include <algorithm>

namespace cmr {

struct MemoryPromises::Promise {
  MemoryPromises* of = nullptr;
  std::uint64_t bytes = 0;

  Promise() = default;
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() {
    if (of == nullptr) return;
    const std::lock_guard lock(of->mutex_);
    of->promised_ -= bytes;
  }
};

// What was promised and what was taken of it since are both left out of account: a job may wait
// longer than it has to, and no two ever take the same memory.
MemoryPromises::Answer MemoryPromises::ask(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> left = left_();
  Answer answer;
  answer.left = left ? *left - std::min(*left, promised_) : 0;
  if (left && bytes > answer.left) {
    answer.isWorthWaiting = promised_ > 0;
    return answer;
  }
  const auto promise = std::make_shared<Promise>();  // takes memory: before anything is promised
  promise->of = this;
  promise->bytes = bytes;
  answer.promise = promise;
  promised_ += bytes;
  return answer;
}

}  // namespace cmr
