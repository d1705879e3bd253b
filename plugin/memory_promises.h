// Memory that jobs were promised: several dispatchers that each find the same free memory must not
// all take it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace cmr {

// Thread ownership: any thread.
class MemoryPromises {
 public:
  // Bytes that can be taken before memory is below its floor; empty: nobody knows.
  using MemoryLeft = std::function<std::optional<std::uint64_t>()>;
  explicit MemoryPromises(MemoryLeft left) : left_(std::move(left)) {}

  struct Answer {
    std::shared_ptr<void> promise;  // holds until nobody has it any more; null: there is none
    // Of none: other promises may be what stands in the way. False: there is too little without
    // them.
    bool isWorthWaiting = false;
    std::uint64_t left = 0;  // of none: what there was, without what others were promised
  };
  Answer ask(std::uint64_t bytes);

 private:
  struct Promise;

  MemoryLeft left_;
  std::mutex mutex_;
  std::uint64_t promised_ = 0;
};

}  // namespace cmr
