// What computing took: how many images the network was given at once, how often memory gave out,
// and what a GPU held. Plain numbers, so that whoever counts them needs no LibTorch.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cmr {

// Upper bounds of the classes of batch sizes, in images.
inline constexpr std::array<std::size_t, 6> batchBounds{1, 2, 4, 8, 16, 32};

struct BatchCounts {
  // Batches that were computed, by class; the last class is of those above every bound.
  std::array<std::uint64_t, batchBounds.size() + 1> ofClass{};
  std::uint64_t images = 0;    // in all of them
  std::uint64_t largest = 0;   // images in one of them
  std::uint64_t halvings = 0;  // of batches for which memory gave out

  void ran(std::size_t size) {
    const auto bound = std::lower_bound(batchBounds.begin(), batchBounds.end(), size);
    ++ofClass[static_cast<std::size_t>(bound - batchBounds.begin())];
    images += size;
    largest = std::max<std::uint64_t>(largest, size);
  }
  void add(const BatchCounts& other) {
    for (std::size_t i = 0; i < ofClass.size(); ++i) ofClass[i] += other.ofClass[i];
    images += other.images;
    largest = std::max(largest, other.largest);
    halvings += other.halvings;
  }
  bool operator==(const BatchCounts&) const = default;
};

struct GpuMemory {
  std::uint64_t reservedBytes = 0;  // held by this process, in use or not
  std::uint64_t peakBytes = 0;      // the most that was in use at once
  std::uint64_t usedBytes = 0;      // of the whole GPU, by whomsoever
  std::uint64_t totalBytes = 0;     // of the whole GPU
  bool operator==(const GpuMemory&) const = default;
};

struct ComputeUse {
  BatchCounts batches;
  std::optional<GpuMemory> gpu;  // nothing where no GPU computes
};

}  // namespace cmr
