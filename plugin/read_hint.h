// What the worker may read while it computes a job: the images of the one that probably comes next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "dicom_sr/source.h"

namespace cmr {

struct ReadHint {
  std::uint32_t instanceCount = 0;
  // One of them, in their order, from the archive; nothing when it cannot be had: the hint ends.
  std::function<std::optional<InstanceBytes>(std::size_t index)> instance;
};

// Asked again and again while a job is computed, until it gives one; throws nothing. An empty
// callback: there is no hint beside this job.
using HintCallback = std::function<std::optional<ReadHint>()>;

// Most memory of the worker that a hint may cost, as a part of its ceiling (0: there is none): a
// quarter. Of that a quarter each is for encoded and for decoded images that are kept, the rest for
// what decoding one takes for a while.
struct HintLimits {
  std::uint64_t encodedBytes = 0;
  std::uint64_t pixelBytes = 0;
};
constexpr HintLimits hintLimits(std::uint64_t memoryCeilingBytes) {
  constexpr std::uint64_t withoutCeiling = std::uint64_t{8} << 30;
  const std::uint64_t part = (memoryCeilingBytes == 0 ? withoutCeiling : memoryCeilingBytes) / 16;
  return {part, part};
}

}  // namespace cmr
