// Batches that get smaller when memory gives out: the batch that failed is run again in halves,
// down to single images, and what follows goes on with the smaller size until begin() is called. No
// LibTorch here: whoever runs batches says which errors mean that memory gave out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "analysis/compute_use.h"
#include "analysis/errors.h"

namespace cmr {

class BatchHalving {
 public:
  // isOutOfMemory: of an error that a batch threw. release: gives back what is held in reserve
  // (a caching allocator's) before the batch is run again; may be empty.
  BatchHalving(int usual, std::function<bool(const std::exception&)> isOutOfMemory,
               std::function<void()> release = {})
      : usual_(static_cast<std::size_t>(std::max(1, usual))),
        size_(usual_),
        isOutOfMemory_(std::move(isOutOfMemory)),
        release_(std::move(release)) {}

  // Another job begins: the usual size again.
  void begin() { size_ = usual_; }

  // work(first, last) for every part of [0, count), in order. It must change nothing before all
  // that takes memory has succeeded, as a part that failed is given to it again. Throws
  // DeviceMemoryError when a single image does not fit; every other error passes untouched.
  template <typename Work>
  void forEach(std::size_t count, const Work& work) {
    for (std::size_t first = 0; first < count;) {
      const std::size_t last = std::min(count, first + size_);
      if (!fits([&] { work(first, last); }, last - first)) continue;
      first = last;
    }
  }

  std::size_t size() const { return size_; }
  const BatchCounts& counts() const { return counts_; }  // since they were last taken
  BatchCounts takeCounts() { return std::exchange(counts_, {}); }

 private:
  // False: memory gave out, and the size is smaller now.
  template <typename Batch>
  bool fits(const Batch& batch, std::size_t images) {
    try {
      batch();
      counts_.ran(images);
      return true;
    } catch (const std::exception& error) {
      if (!isOutOfMemory_(error)) throw;
    }
    // Outside the handler: what the error held is given back by then.
    if (release_) release_();
    if (images <= 1) throw DeviceMemoryError("out of memory, with one image at a time, too");
    size_ = images / 2;
    ++counts_.halvings;
    return false;
  }

  std::size_t usual_;
  std::size_t size_;
  BatchCounts counts_;
  std::function<bool(const std::exception&)> isOutOfMemory_;
  std::function<void()> release_;
};

}  // namespace cmr
