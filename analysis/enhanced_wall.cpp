#include "analysis/enhanced_wall.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace cmr {
namespace {

constexpr int fewestReachPixels = 2;

int reachOf(double spacingMm) {
  return std::max(fewestReachPixels, static_cast<int>(edgeReachMm / spacingMm));
}

// Of what is no muscle near a pixel of the wall. Nothing deep within a thick wall.
std::optional<double> brightestBeside(const ImageStack& stack, const LabelStack& labels,
                                      const WallPixel& p) {
  const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(p.slice));
  const int width = stack.columns;
  const int row = static_cast<int>(p.pixel) / width;
  const int column = static_cast<int>(p.pixel) % width;
  const int down = reachOf(plane.rowSpacingMm);
  const int across = reachOf(plane.columnSpacingMm);
  const auto frame = labels.frame(p.slice, 0);
  const std::vector<float>& pixels = stack.frame(p.slice, 0).pixels;
  std::optional<double> brightest;
  for (int r = std::max(0, row - down); r <= std::min(stack.rows - 1, row + down); ++r) {
    for (int c = std::max(0, column - across); c <= std::min(width - 1, column + across); ++c) {
      const auto at = static_cast<std::size_t>(r) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(c);
      if (frame[at] == static_cast<std::uint8_t>(Structure::lvMyocardium)) continue;
      const auto value = static_cast<double>(pixels.at(at));
      brightest = std::max(brightest.value_or(value), value);
    }
  }
  return brightest;
}

using Place = std::pair<int, std::size_t>;  // slice, pixel

// Takes the pixels of the patch around a first one out of those that are left.
std::vector<std::size_t> takePatch(std::map<Place, std::size_t>& left, int columns) {
  std::vector<Place> open{left.begin()->first};
  std::vector<std::size_t> patch{left.begin()->second};
  left.erase(left.begin());
  while (!open.empty()) {
    const auto [slice, pixel] = open.back();
    open.pop_back();
    const int column = static_cast<int>(pixel) % columns;
    for (int dr = -1; dr <= 1; ++dr) {
      for (int dc = -1; dc <= 1; ++dc) {
        if (column + dc < 0 || column + dc >= columns) continue;
        const auto found = left.find({slice, pixel + static_cast<std::size_t>(dr * columns + dc)});
        if (found == left.end()) continue;
        open.push_back(found->first);
        patch.push_back(found->second);
        left.erase(found);
      }
    }
  }
  return patch;
}

void dropSmallPatches(const std::vector<WallPixel>& wall, int columns,
                      std::vector<bool>& enhanced) {
  std::map<Place, std::size_t> left;
  for (std::size_t i = 0; i < wall.size(); ++i) {
    if (enhanced[i]) left[{wall[i].slice, wall[i].pixel}] = i;
  }
  while (!left.empty()) {
    const std::vector<std::size_t> patch = takePatch(left, columns);
    if (static_cast<double>(patch.size()) * wall[patch.front()].areaMm2 >= leastPatchMm2) continue;
    for (const std::size_t i : patch) enhanced[i] = false;
  }
}

}  // namespace

std::vector<bool> enhancedWall(const ImageStack& stack, const LabelStack& labels,
                               const std::vector<WallPixel>& wall, double threshold,
                               double remoteMean) {
  std::vector<bool> enhanced(wall.size());
  for (std::size_t i = 0; i < wall.size(); ++i) {
    const WallPixel& p = wall[i];
    if (p.value <= threshold) continue;
    const std::optional<double> beside = brightestBeside(stack, labels, p);
    enhanced[i] = !beside || p.value - remoteMean > (*beside - remoteMean) / 2;
  }
  dropSmallPatches(wall, stack.columns, enhanced);
  return enhanced;
}

}  // namespace cmr
