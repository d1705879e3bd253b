#include "analysis/label_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace cmr {
namespace {

constexpr std::array<std::pair<int, int>, 8> steps{
    {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}}};

// Calls visit for each pixel reachable from `start` over pixels of value `value`, which become
// `mark`; neighbours: 4 or 8.
template <typename Visit>
void flood(BinaryImage& image, std::size_t start, std::uint8_t value, std::uint8_t mark,
           std::size_t neighbours, const Visit& visit) {
  std::vector<std::size_t> open{start};
  image.pixels[start] = mark;
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    visit(at);
    const int x = static_cast<int>(at % static_cast<std::size_t>(image.columns));
    const int y = static_cast<int>(at / static_cast<std::size_t>(image.columns));
    for (std::size_t k = 0; k < neighbours; ++k) {
      const int nx = x + steps[k].first;
      const int ny = y + steps[k].second;
      if (image.holds(nx, ny) && image.pixels[image.index(nx, ny)] == value) {
        image.pixels[image.index(nx, ny)] = mark;
        open.push_back(image.index(nx, ny));
      }
    }
  }
}

constexpr double far = std::numeric_limits<double>::infinity();

// Squared distance along one line to the nearest zero of f, f being the squared distance so far:
// the lower envelope of parabolas.
void transformLine(std::vector<double>& f, double spacing) {
  const std::size_t n = f.size();
  std::vector<std::size_t> vertex;
  std::vector<double> from;
  for (std::size_t q = 0; q < n; ++q) {
    if (f[q] == far) {
      continue;
    }
    const double xq = static_cast<double>(q) * spacing;
    double start = -far;
    while (!vertex.empty()) {
      const std::size_t p = vertex.back();
      const double xp = static_cast<double>(p) * spacing;
      start = ((f[q] + xq * xq) - (f[p] + xp * xp)) / (2 * (xq - xp));
      if (start > from.back()) {
        break;
      }
      vertex.pop_back();
      from.pop_back();
      start = -far;
    }
    vertex.push_back(q);
    from.push_back(start);
  }
  if (vertex.empty()) {
    return;
  }
  std::vector<double> result(n);
  std::size_t k = 0;
  for (std::size_t q = 0; q < n; ++q) {
    const double x = static_cast<double>(q) * spacing;
    while (k + 1 < vertex.size() && from[k + 1] <= x) {
      ++k;
    }
    const double dx = x - static_cast<double>(vertex[k]) * spacing;
    result[q] = dx * dx + f[vertex[k]];
  }
  f = std::move(result);
}

// Distance in mm of every pixel to the nearest one of the given value.
std::vector<double> distanceTo(const BinaryImage& image, bool value, double columnSpacingMm,
                               double rowSpacingMm) {
  std::vector<double> d(image.pixels.size());
  for (std::size_t i = 0; i < d.size(); ++i) {
    d[i] = (image.pixels[i] != 0) == value ? 0 : far;
  }
  std::vector<double> line(static_cast<std::size_t>(image.rows));
  for (int x = 0; x < image.columns; ++x) {
    for (int y = 0; y < image.rows; ++y) {
      line[static_cast<std::size_t>(y)] = d[image.index(x, y)];
    }
    transformLine(line, rowSpacingMm);
    for (int y = 0; y < image.rows; ++y) {
      d[image.index(x, y)] = line[static_cast<std::size_t>(y)];
    }
  }
  line.resize(static_cast<std::size_t>(image.columns));
  for (int y = 0; y < image.rows; ++y) {
    const auto start = d.begin() + static_cast<std::ptrdiff_t>(image.index(0, y));
    std::copy(start, start + image.columns, line.begin());
    transformLine(line, columnSpacingMm);
    std::copy(line.begin(), line.end(), start);
  }
  for (double& value2 : d) {
    value2 = std::sqrt(value2);
  }
  return d;
}

}  // namespace

BinaryImage pixelsOf(std::span<const std::uint8_t> frame, int rows, int columns,
                     std::uint8_t labelA, std::uint8_t labelB) {
  BinaryImage image(rows, columns);
  std::transform(frame.begin(), frame.end(), image.pixels.begin(), [=](std::uint8_t value) {
    return static_cast<std::uint8_t>(value == labelA || value == labelB);
  });
  return image;
}

BinaryImage pixelsOf(std::span<const std::uint8_t> frame, int rows, int columns,
                     std::uint8_t label) {
  return pixelsOf(frame, rows, columns, label, label);
}

std::vector<Region> connectedRegions(const BinaryImage& image) {
  BinaryImage open = image;
  std::vector<Region> regions;
  for (std::size_t start = 0; start < open.pixels.size(); ++start) {
    if (open.pixels[start] != 1) {
      continue;
    }
    Region region;
    flood(open, start, 1, 0, 4, [&](std::size_t at) {
      region.pixels.push_back(at);
      region.column += static_cast<double>(at % static_cast<std::size_t>(image.columns));
      region.row += static_cast<double>(at / static_cast<std::size_t>(image.columns));
    });
    region.column /= static_cast<double>(region.pixels.size());
    region.row /= static_cast<double>(region.pixels.size());
    regions.push_back(std::move(region));
  }
  std::stable_sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
    return a.pixels.size() > b.pixels.size();
  });
  return regions;
}

std::vector<std::size_t> holesOf(const BinaryImage& image) {
  BinaryImage air = image;
  const auto enter = [&](int x, int y) {
    if (air.pixels[air.index(x, y)] == 0) {
      flood(air, air.index(x, y), 0, 2, 8, [](std::size_t) {});
    }
  };
  for (int x = 0; x < image.columns; ++x) {
    enter(x, 0);
    enter(x, image.rows - 1);
  }
  for (int y = 0; y < image.rows; ++y) {
    enter(0, y);
    enter(image.columns - 1, y);
  }
  std::vector<std::size_t> holes;
  for (std::size_t i = 0; i < air.pixels.size(); ++i) {
    if (air.pixels[i] == 0) {
      holes.push_back(i);
    }
  }
  return holes;
}

std::vector<double> signedDistanceMm(const BinaryImage& image, double columnSpacingMm,
                                     double rowSpacingMm) {
  const double half = (columnSpacingMm + rowSpacingMm) / 4;
  std::vector<double> outside = distanceTo(image, true, columnSpacingMm, rowSpacingMm);
  const std::vector<double> inside = distanceTo(image, false, columnSpacingMm, rowSpacingMm);
  for (std::size_t i = 0; i < outside.size(); ++i) {
    outside[i] = image.pixels[i] != 0 ? half - inside[i] : outside[i] - half;
  }
  return outside;
}

}  // namespace cmr
