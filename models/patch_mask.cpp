#include "models/patch_mask.h"

#include <algorithm>
#include <cmath>

#include "models/image_changes.h"

namespace cmr {
namespace {

struct Block {
  int row = 0;
  int column = 0;
  int rows = 0;
  int columns = 0;
};

Block drawBlock(std::mt19937_64& rng, int side, int mostPatches) {
  const double area = drawUniform(rng, 1, std::max(4.0, static_cast<double>(mostPatches)));
  const double aspect = std::exp(drawUniform(rng, std::log(0.3), std::log(1 / 0.3)));
  Block block;
  block.rows = std::clamp(static_cast<int>(std::lround(std::sqrt(area * aspect))), 1, side);
  block.columns = std::clamp(static_cast<int>(std::lround(std::sqrt(area / aspect))), 1, side);
  block.row = static_cast<int>(drawUniform(rng, 0, side - block.rows + 1));
  block.column = static_cast<int>(drawUniform(rng, 0, side - block.columns + 1));
  return block;
}

}  // namespace

std::vector<std::uint8_t> drawPatchMask(const PatchMaskOptions& o, std::uint64_t seed) {
  const int patches = o.gridSide * o.gridSide;
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(patches));
  std::mt19937_64 rng(seed);
  if (!drawChance(rng, o.probability)) {
    return mask;
  }
  int left = std::clamp(
      static_cast<int>(std::lround(patches * drawUniform(rng, o.leastShare, o.mostShare))), 1,
      patches);
  while (left > 0) {  // ends: each block lies in the grid, and any patch may be drawn
    const Block block = drawBlock(rng, o.gridSide, left);
    for (int r = block.row; r < block.row + block.rows; ++r) {
      for (int c = block.column; c < block.column + block.columns && left > 0; ++c) {
        std::uint8_t& patch = mask[static_cast<std::size_t>(r * o.gridSide + c)];
        left -= patch == 0 ? 1 : 0;
        patch = 1;
      }
    }
  }
  return mask;
}

}  // namespace cmr
