#include "analysis/long_axis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr double stepMm = 0.5;
constexpr double smoothMm = 4;
constexpr std::size_t fewestValveEdges = 8;
// From a pixel's middle to the middles of its edges.
constexpr std::array<std::array<double, 2>, 4> halfSides{
    {{0.5, 0.0}, {-0.5, 0.0}, {0.0, 0.5}, {0.0, -0.5}}};

double distance(Point2 a, Point2 b) { return std::hypot(a.x - b.x, a.y - b.y); }
Point2 middleOf(Point2 a, Point2 b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

class Image {
 public:
  Image(const PlaneGeometry& plane, std::span<const std::uint8_t> labels, int rows, int columns)
      : plane_(plane), labels_(labels), rows_(rows), columns_(columns) {}

  LongAxisStructure at(int x, int y) const {
    if (x < 0 || y < 0 || x >= columns_ || y >= rows_) return LongAxisStructure::background;
    return static_cast<LongAxisStructure>(
        labels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_) +
                static_cast<std::size_t>(x)]);
  }
  // Half pixels are allowed: the edge between two pixels.
  Point2 mm(double x, double y) const {
    return {x * plane_.columnSpacingMm, y * plane_.rowSpacingMm};
  }
  double pixelMm2() const { return plane_.columnSpacingMm * plane_.rowSpacingMm; }

  template <typename Take>
  void each(LongAxisStructure which, const Take& take) const {
    for (int y = 0; y < rows_; ++y) {
      for (int x = 0; x < columns_; ++x) {
        if (at(x, y) == which) take(x, y);
      }
    }
  }

 private:
  const PlaneGeometry& plane_;
  std::span<const std::uint8_t> labels_;
  int rows_;
  int columns_;
};

bool isBaseBorder(LongAxisStructure chamber, LongAxisStructure neighbour) {
  switch (chamber) {
    case LongAxisStructure::leftAtrium:
      return neighbour == LongAxisStructure::lvCavity;
    case LongAxisStructure::rightAtrium:
      return neighbour == LongAxisStructure::rvCavity;
    default:
      return neighbour != chamber && neighbour != LongAxisStructure::lvMyocardium;
  }
}

// Middles of the pixel edges that the chamber's base runs along, by what lies beyond them.
template <typename IsBorder>
std::vector<Point2> edgesWhere(const Image& image, LongAxisStructure chamber,
                               const IsBorder& isBorder) {
  constexpr std::array<std::array<int, 2>, 4> sides{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};
  std::vector<Point2> edges;
  image.each(chamber, [&](int x, int y) {
    for (const auto& [dx, dy] : sides) {
      if (isBorder(image.at(x + dx, y + dy))) {
        edges.push_back(image.mm(x + dx / 2.0, y + dy / 2.0));
      }
    }
  });
  return edges;
}

// The left ventricle's towards the atrium where that is outlined: elsewhere an outline may lack its
// muscle.
std::vector<Point2> baseEdges(const Image& image, LongAxisStructure chamber) {
  if (chamber == LongAxisStructure::lvCavity) {
    std::vector<Point2> edges = edgesWhere(image, chamber, [](LongAxisStructure neighbour) {
      return neighbour == LongAxisStructure::leftAtrium;
    });
    if (edges.size() >= fewestValveEdges) return edges;
  }
  return edgesWhere(image, chamber,
                    [&](LongAxisStructure neighbour) { return isBaseBorder(chamber, neighbour); });
}

std::array<Point2, 2> farthestPair(const std::vector<Point2>& points) {
  std::array<Point2, 2> pair{points.front(), points.front()};
  for (const Point2& a : points) {
    for (const Point2& b : points) {
      if (distance(a, b) > distance(pair[0], pair[1])) pair = {a, b};
    }
  }
  return pair;
}

void fillDiscs(const Image& image, LongAxisStructure chamber, ChamberShape& shape) {
  const Point2 base = middleOf(shape.base[0], shape.base[1]);
  const Point2 along{(shape.tip.x - base.x) / shape.lengthMm,
                     (shape.tip.y - base.y) / shape.lengthMm};
  const double height = shape.lengthMm / longAxisDiscs;
  // Each pixel is shared out as 4 x 4 points, so that narrow discs are filled evenly.
  constexpr int parts = 4;
  const double area = image.pixelMm2() / (parts * parts);
  image.each(chamber, [&](int x, int y) {
    for (int i = 0; i < parts * parts; ++i) {
      const Point2 p =
          image.mm(x + (i % parts + 0.5) / parts - 0.5, y + (i / parts + 0.5) / parts - 0.5);
      const double depth = (p.x - base.x) * along.x + (p.y - base.y) * along.y;
      const int disc =
          std::clamp(static_cast<int>(std::floor(depth / height)), 0, longAxisDiscs - 1);
      shape.widthMm[static_cast<std::size_t>(disc)] += area / height;
    }
  });
}

// Points along a closed line, evenly spaced, in mm.
std::vector<Point2> resampled(const std::vector<Point2>& closed) {
  std::vector<Point2> points;
  double next = 0;
  double passed = 0;
  for (std::size_t i = 1; i < closed.size(); ++i) {
    const double length = distance(closed[i - 1], closed[i]);
    while (length > 0 && next < passed + length) {
      const double share = (next - passed) / length;
      points.push_back({closed[i - 1].x + share * (closed[i].x - closed[i - 1].x),
                        closed[i - 1].y + share * (closed[i].y - closed[i - 1].y)});
      next += stepMm;
    }
    passed += length;
  }
  return points;
}

// Gaussian mean along an open line; beyond its ends it goes on as its own point reflection, so
// that the ends stay where they are.
std::vector<Point2> smoothed(const std::vector<Point2>& line) {
  const int reach = static_cast<int>(1.5 * smoothMm / stepMm);
  const double sigma = smoothMm / 2 / stepMm;
  const int last = static_cast<int>(line.size()) - 1;
  const auto at = [&](int i) -> Point2 {
    const int inside = std::clamp(i < 0 ? -i : i > last ? 2 * last - i : i, 0, last);
    const Point2 p = line[static_cast<std::size_t>(inside)];
    if (i >= 0 && i <= last) return p;
    const Point2 end = i < 0 ? line.front() : line.back();
    return {2 * end.x - p.x, 2 * end.y - p.y};
  };
  std::vector<Point2> result;
  for (int i = 0; i <= last; ++i) {
    Point2 sum;
    double weights = 0;
    for (int k = -reach; k <= reach; ++k) {
      const double w = std::exp(-0.5 * k * k / (sigma * sigma));
      sum.x += w * at(i + k).x;
      sum.y += w * at(i + k).y;
      weights += w;
    }
    result.push_back({sum.x / weights, sum.y / weights});
  }
  return result;
}

std::size_t nearestTo(const std::vector<Point2>& points, Point2 target) {
  const auto closer = [&](const Point2& a, const Point2& b) {
    return distance(a, target) < distance(b, target);
  };
  return static_cast<std::size_t>(std::min_element(points.begin(), points.end(), closer) -
                                  points.begin());
}

// The part of a closed line from one index on to another, going round.
std::vector<Point2> partOf(const std::vector<Point2>& closed, std::size_t from, std::size_t to) {
  std::vector<Point2> part;
  for (std::size_t i = from; i != to; i = (i + 1) % closed.size()) part.push_back(closed[i]);
  part.push_back(closed[to]);
  return part;
}

bool holds(const std::vector<Point2>& line, Point2 point) {
  return std::any_of(line.begin(), line.end(),
                     [&](const Point2& p) { return distance(p, point) <= stepMm / 2; });
}

}  // namespace

std::optional<ChamberShape> chamberShape(const PlaneGeometry& plane,
                                         std::span<const std::uint8_t> labels, int rows,
                                         int columns, LongAxisStructure chamber) {
  const Image image(plane, labels, rows, columns);
  const std::vector<Point2> edges = baseEdges(image, chamber);
  if (edges.size() < 2) return std::nullopt;
  ChamberShape shape;
  shape.base = farthestPair(edges);
  const Point2 base = middleOf(shape.base[0], shape.base[1]);
  image.each(chamber, [&](int x, int y) {
    shape.areaMm2 += image.pixelMm2();
    for (const auto& [dx, dy] : halfSides) {
      const Point2 edge = image.mm(x + dx, y + dy);
      if (distance(edge, base) > shape.lengthMm) {
        shape.lengthMm = distance(edge, base);
        shape.tip = edge;
      }
    }
  });
  if (distance(shape.base[0], shape.base[1]) <= 0 || shape.lengthMm <= 0) return std::nullopt;
  fillDiscs(image, chamber, shape);
  return shape;
}

double areaLengthMl(const ChamberShape& first, const ChamberShape* second) {
  const ChamberShape& other = second != nullptr ? *second : first;
  return 8 * first.areaMm2 * other.areaMm2 /
         (3 * std::numbers::pi * std::min(first.lengthMm, other.lengthMm)) / 1000;
}

double discsMl(const ChamberShape& first, const ChamberShape* second) {
  const ChamberShape& other = second != nullptr ? *second : first;
  const double height = std::max(first.lengthMm, other.lengthMm) / longAxisDiscs;
  double mm3 = 0;
  for (std::size_t i = 0; i < first.widthMm.size(); ++i) {
    mm3 += std::numbers::pi / 4 * first.widthMm[i] * other.widthMm[i] * height;
  }
  return mm3 / 1000;
}

std::optional<double> endocardialLengthMm(const PlaneGeometry& plane,
                                          std::span<const std::uint8_t> labels, int rows,
                                          int columns, const ChamberShape& leftVentricle) {
  const auto cavity = static_cast<std::uint8_t>(LongAxisStructure::lvCavity);
  const std::vector<Polyline> lines = outlines(labels, rows, columns, cavity);
  if (lines.empty()) return std::nullopt;
  std::vector<Point2> inMm;
  for (const Point2& p : lines.front()) {
    inMm.push_back({p.x * plane.columnSpacingMm, p.y * plane.rowSpacingMm});
  }
  const std::vector<Point2> closed = resampled(inMm);
  if (closed.size() < 8) return std::nullopt;
  const std::size_t first = nearestTo(closed, leftVentricle.base[0]);
  const std::size_t second = nearestTo(closed, leftVentricle.base[1]);
  if (first == second) return std::nullopt;
  const Point2 apex = closed[nearestTo(closed, leftVentricle.tip)];
  std::vector<Point2> wall = partOf(closed, first, second);
  if (!holds(wall, apex)) wall = partOf(closed, second, first);
  wall = smoothed(wall);
  double length = 0;
  for (std::size_t i = 1; i < wall.size(); ++i) length += distance(wall[i - 1], wall[i]);
  return length;
}

double annularExcursionMm(const ChamberShape& endDiastole, const ChamberShape& endSystole) {
  const Point2 before = middleOf(endDiastole.base[0], endDiastole.base[1]);
  const Point2 after = middleOf(endSystole.base[0], endSystole.base[1]);
  return ((after.x - before.x) * (endDiastole.tip.x - before.x) +
          (after.y - before.y) * (endDiastole.tip.y - before.y)) /
         endDiastole.lengthMm;
}

}  // namespace cmr
