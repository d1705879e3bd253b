#include "models/mask_overlap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/score_summary.h"

namespace cmr {
namespace {

struct Pixel {
  int row;
  int column;
};

std::vector<Pixel> border(const Mask& mask) {
  const auto inside = [&mask](int r, int c) {
    return r >= 0 && c >= 0 && r < mask.rows && c < mask.columns &&
           mask.pixels[static_cast<std::size_t>(r) * static_cast<std::size_t>(mask.columns) +
                       static_cast<std::size_t>(c)] != 0;
  };
  std::vector<Pixel> found;
  for (int r = 0; r < mask.rows; ++r) {
    for (int c = 0; c < mask.columns; ++c) {
      if (inside(r, c) &&
          !(inside(r - 1, c) && inside(r + 1, c) && inside(r, c - 1) && inside(r, c + 1))) {
        found.push_back({r, c});
      }
    }
  }
  return found;
}

double directed95(const std::vector<Pixel>& from, const std::vector<Pixel>& to) {
  std::vector<double> distances;
  distances.reserve(from.size());
  for (const Pixel& a : from) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Pixel& b : to) {
      const double dr = a.row - b.row;
      const double dc = a.column - b.column;
      nearest = std::min(nearest, dr * dr + dc * dc);
    }
    distances.push_back(std::sqrt(nearest));
  }
  return percentileOf(std::move(distances), 95);
}

}  // namespace

std::size_t Mask::area() const {
  return pixels.size() - static_cast<std::size_t>(std::count(pixels.begin(), pixels.end(), 0));
}

std::optional<double> diceOf(const Mask& a, const Mask& b) {
  std::size_t both = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    both += a.pixels[i] != 0 && b.pixels.at(i) != 0 ? 1U : 0U;
  }
  const std::size_t sum = a.area() + b.area();
  if (sum == 0) return std::nullopt;
  return 2 * static_cast<double>(both) / static_cast<double>(sum);
}

std::optional<double> hausdorff95Mm(const Mask& a, const Mask& b, double spacingMm) {
  const std::vector<Pixel> borderA = border(a);
  const std::vector<Pixel> borderB = border(b);
  if (borderA.empty() || borderB.empty()) return std::nullopt;
  return spacingMm * std::max(directed95(borderA, borderB), directed95(borderB, borderA));
}

}  // namespace cmr
