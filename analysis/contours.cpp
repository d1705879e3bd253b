#include "analysis/contours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

using Inside = std::function<bool(std::uint8_t)>;

// The part of the grid that holds the label, with one pixel of air around it.
struct Window {
  int left = 0;
  int top = 0;
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> inside;

  bool at(int x, int y) const {
    return inside[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(x)] != 0;
  }
};

Window cutOut(std::span<const std::uint8_t> mask, int rows, int columns, const Inside& inside) {
  int left = columns;
  int right = -1;
  int top = rows;
  int bottom = -1;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      if (inside(mask[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                      static_cast<std::size_t>(x)])) {
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
  }
  Window window;
  if (right < 0) {
    return window;
  }
  window.left = left - 1;
  window.top = top - 1;
  window.columns = right - left + 3;
  window.rows = bottom - top + 3;
  window.inside.assign(
      static_cast<std::size_t>(window.columns) * static_cast<std::size_t>(window.rows), 0);
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const auto source = static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                          static_cast<std::size_t>(x);
      const auto target =
          static_cast<std::size_t>(y - window.top) * static_cast<std::size_t>(window.columns) +
          static_cast<std::size_t>(x - window.left);
      window.inside[target] = inside(mask[source]) ? 1 : 0;
    }
  }
  return window;
}

// Crossings lie on a grid of half pixels: (2x + 1, 2y) between a pixel and its right neighbour,
// (2x, 2y + 1) between a pixel and the one below.
struct Links {
  explicit Links(const Window& window)
      : width(2 * window.columns), next(static_cast<std::size_t>(width * 2 * window.rows), -1) {}

  int key(int halfX, int halfY) const { return halfY * width + halfX; }

  int width;
  std::vector<int> next;
};

// Links the crossings of the cell whose upper left corner is pixel (x, y). Walking around its four
// corners, every run of corners inside is cut off by one line from where the walk leaves the run to
// where it entered it; corners inside that only touch diagonally are therefore kept apart.
void linkCell(const Window& window, int x, int y, Links& links) {
  const std::array<bool, 4> corner{window.at(x, y), window.at(x + 1, y), window.at(x + 1, y + 1),
                                   window.at(x, y + 1)};
  // edge[i] lies between corner[i] and corner[i + 1].
  const std::array<int, 4> edge{links.key(2 * x + 1, 2 * y), links.key(2 * x + 2, 2 * y + 1),
                                links.key(2 * x + 1, 2 * y + 2), links.key(2 * x, 2 * y + 1)};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!corner[i] || corner[(i + 1) % 4]) {
      continue;
    }
    std::size_t first = i;  // of the run that ends at corner i
    while (corner[(first + 3) % 4]) {
      first = (first + 3) % 4;
    }
    links.next[static_cast<std::size_t>(edge[i])] = edge[(first + 3) % 4];
  }
}

double signedArea(const Polyline& closed) {
  double twice = 0;
  for (std::size_t i = 1; i < closed.size(); ++i) {
    twice += closed[i - 1].x * closed[i].y - closed[i].x * closed[i - 1].y;
  }
  return twice / 2;
}

Polyline follow(Links& links, int start, const Window& window) {
  Polyline line;
  int key = start;
  while (key >= 0) {
    line.push_back(
        {window.left + (key % links.width) / 2.0, window.top + (key / links.width) / 2.0});
    key = std::exchange(links.next[static_cast<std::size_t>(key)], -1);
  }
  return line;  // the start was reached again and found without a link: it stands at both ends
}

std::vector<Polyline> outlinesWhere(std::span<const std::uint8_t> mask, int rows, int columns,
                                    const Inside& inside) {
  if (rows < 0 || columns < 0 ||
      mask.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)) {
    throw InputError("a label map of " + std::to_string(mask.size()) + " pixels is not " +
                     std::to_string(rows) + " x " + std::to_string(columns));
  }
  const Window window = cutOut(mask, rows, columns, inside);
  Links links(window);
  for (int y = 0; y + 1 < window.rows; ++y) {
    for (int x = 0; x + 1 < window.columns; ++x) {
      linkCell(window, x, y, links);
    }
  }
  std::vector<std::pair<double, Polyline>> found;
  for (std::size_t start = 0; start < links.next.size(); ++start) {
    if (links.next[start] < 0) {
      continue;
    }
    Polyline line = follow(links, static_cast<int>(start), window);
    const double area = signedArea(line);  // lines around holes run the other way
    if (area > 0) {
      found.emplace_back(area, std::move(line));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Polyline> lines;
  for (auto& [area, line] : found) {
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<Polyline> outlines(std::span<const std::uint8_t> mask, int rows, int columns,
                               std::uint8_t label) {
  return outlinesWhere(mask, rows, columns, [=](std::uint8_t value) { return value == label; });
}

std::vector<Polyline> outlinesOfUnion(std::span<const std::uint8_t> mask, int rows, int columns,
                                      std::uint8_t labelA, std::uint8_t labelB) {
  return outlinesWhere(mask, rows, columns,
                       [=](std::uint8_t value) { return value == labelA || value == labelB; });
}

double enclosedArea(const Polyline& closed) { return std::abs(signedArea(closed)); }

}  // namespace cmr
