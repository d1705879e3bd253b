// Label maps on the source grid: what segmentation gives back, one byte per source pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cmr {

// Labels of the short-axis tasks. Papillary muscles and trabeculae belong to the cavity.
enum class Structure : std::uint8_t {
  background = 0,
  lvCavity = 1,
  lvMyocardium = 2,
  rvCavity = 3
};
inline constexpr int structureCount = 4;

struct LabelStack {
  int rows = 0;
  int columns = 0;
  int sliceCount = 0;
  int phaseCount = 0;
  std::vector<std::uint8_t> labels;  // [slice][phase][row][column], values of Structure

  LabelStack() = default;
  LabelStack(int rowCount, int columnCount, int slices, int phases)
      : rows(rowCount),
        columns(columnCount),
        sliceCount(slices),
        phaseCount(phases),
        labels(frameSize() * static_cast<std::size_t>(slices) * static_cast<std::size_t>(phases)) {}

  std::size_t frameSize() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
  std::size_t frameOffset(int slice, int phase) const {
    return (static_cast<std::size_t>(slice) * static_cast<std::size_t>(phaseCount) +
            static_cast<std::size_t>(phase)) *
           frameSize();
  }
  std::span<std::uint8_t> frame(int slice, int phase) {
    return {labels.data() + frameOffset(slice, phase), frameSize()};
  }
  std::span<const std::uint8_t> frame(int slice, int phase) const {
    return {labels.data() + frameOffset(slice, phase), frameSize()};
  }
};

}  // namespace cmr
