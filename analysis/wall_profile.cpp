#include "analysis/wall_profile.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cmr {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr int harmonics = 8;
constexpr double openShare = 0.1;

struct Vec2 {
  double x = 0;
  double y = 0;
};

double angleOf(std::size_t direction, std::size_t count) {
  return turn * static_cast<double>(direction) / static_cast<double>(count);
}

Vec2 pointAt(const std::vector<double>& radii, std::size_t direction) {
  const double angle = angleOf(direction, radii.size());
  return {radii[direction] * std::cos(angle), radii[direction] * std::sin(angle)};
}

// The contour as millimetres around the centre.
std::vector<Vec2> around(const Polyline& line, Point2 centre, const PlaneGeometry& plane) {
  std::vector<Vec2> points;
  points.reserve(line.size());
  for (const Point2& p : line) {
    points.push_back(
        {(p.x - centre.x) * plane.columnSpacingMm, (p.y - centre.y) * plane.rowSpacingMm});
  }
  return points;
}

// Distances at which the line origin + t * way, t > 0, crosses the closed line, in units of way.
template <typename Take>
void eachCrossing(const std::vector<Vec2>& line, Vec2 origin, Vec2 way, const Take& take) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Vec2 a{line[i].x - origin.x, line[i].y - origin.y};
    const Vec2 b{line[i + 1].x - origin.x, line[i + 1].y - origin.y};
    const double sideA = way.x * a.y - way.y * a.x;
    const double sideB = way.x * b.y - way.y * b.x;
    if ((sideA < 0) == (sideB < 0)) continue;
    const double share = sideA / (sideA - sideB);
    const double along = way.x * (a.x + share * (b.x - a.x)) + way.y * (a.y + share * (b.y - a.y));
    if (along > 0) take(along);
  }
}

// Outermost crossing in every direction; 0 where there is none.
std::vector<double> radiiOf(const std::vector<Vec2>& line) {
  std::vector<double> radii;
  for (std::size_t i = 0; i < wallDirections; ++i) {
    const double angle = angleOf(i, wallDirections);
    double farthest = 0;
    eachCrossing(line, {0, 0}, {std::cos(angle), std::sin(angle)},
                 [&](double along) { farthest = std::max(farthest, along); });
    radii.push_back(farthest);
  }
  return radii;
}

std::vector<double> lowHarmonics(const std::vector<double>& values) {
  const std::size_t count = values.size();
  std::vector<double> smooth(count, meanAround(values));
  for (int order = 1; order <= harmonics; ++order) {
    double c = 0;
    double s = 0;
    for (std::size_t i = 0; i < count; ++i) {
      c += values[i] * std::cos(order * angleOf(i, count));
      s += values[i] * std::sin(order * angleOf(i, count));
    }
    for (std::size_t i = 0; i < count; ++i) {
      smooth[i] +=
          2.0 / static_cast<double>(count) *
          (c * std::cos(order * angleOf(i, count)) + s * std::sin(order * angleOf(i, count)));
    }
  }
  return smooth;
}

std::vector<Vec2> closedLine(const std::vector<double>& radii) {
  std::vector<Vec2> line;
  for (std::size_t i = 0; i < radii.size(); ++i) line.push_back(pointAt(radii, i));
  line.push_back(line.front());
  return line;
}

double nearestCrossing(const std::vector<Vec2>& line, Vec2 origin, Vec2 way, double otherwise) {
  double nearest = HUGE_VAL;
  eachCrossing(line, origin, way, [&](double along) { nearest = std::min(nearest, along); });
  return std::isfinite(nearest) ? nearest : otherwise;
}

std::vector<double> midwallRadii(const WallProfile& wall) {
  std::vector<double> radii;
  for (std::size_t i = 0; i < wall.endocardiumMm.size(); ++i) {
    radii.push_back((wall.endocardiumMm[i] + wall.epicardiumMm[i]) / 2);
  }
  return radii;
}

std::vector<double> thicknesses(const WallProfile& wall) {
  const std::vector<double> middle = midwallRadii(wall);
  const std::vector<Vec2> inner = closedLine(wall.endocardiumMm);
  const std::vector<Vec2> outer = closedLine(wall.epicardiumMm);
  const std::size_t count = middle.size();
  std::vector<double> result;
  for (std::size_t i = 0; i < count; ++i) {
    const Vec2 before = pointAt(middle, (i + count - 1) % count);
    const Vec2 after = pointAt(middle, (i + 1) % count);
    const Vec2 along{after.x - before.x, after.y - before.y};
    const double length = std::hypot(along.x, along.y);
    const double half = (wall.epicardiumMm[i] - wall.endocardiumMm[i]) / 2;
    if (length <= 0) {
      result.push_back(2 * half);
      continue;
    }
    const Vec2 outwards{along.y / length, -along.x / length};
    const Vec2 inwards{-outwards.x, -outwards.y};
    const Vec2 at = pointAt(middle, i);
    result.push_back(nearestCrossing(outer, at, outwards, half) +
                     nearestCrossing(inner, at, inwards, half));
  }
  return result;
}

Point2 centreOf(std::span<const std::uint8_t> mask, int columns) {
  Point2 sum;
  double count = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] != static_cast<std::uint8_t>(Structure::lvCavity)) continue;
    sum.x += static_cast<double>(i % static_cast<std::size_t>(columns));
    sum.y += static_cast<double>(i / static_cast<std::size_t>(columns));
    ++count;
  }
  return {sum.x / count, sum.y / count};
}

bool isOpen(const std::vector<double>& inner, const std::vector<double>& outer, double leastMm) {
  int open = 0;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    open += inner[i] <= 0 || outer[i] - inner[i] < leastMm ? 1 : 0;
  }
  return open > openShare * wallDirections;
}

}  // namespace

double meanAround(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<WallProfile> wallProfile(const ImageStack& stack, const LabelStack& labels, int slice,
                                       int phase) {
  const auto mask = labels.frame(slice, phase);
  const auto cavity = static_cast<std::uint8_t>(Structure::lvCavity);
  const auto muscle = static_cast<std::uint8_t>(Structure::lvMyocardium);
  const std::vector<Polyline> inner = outlines(mask, labels.rows, labels.columns, cavity);
  const std::vector<Polyline> outer =
      outlinesOfUnion(mask, labels.rows, labels.columns, cavity, muscle);
  if (inner.empty() || outer.empty()) return std::nullopt;
  const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
  WallProfile wall;
  wall.centre = centreOf(mask, labels.columns);
  const std::vector<double> endo = radiiOf(around(inner.front(), wall.centre, plane));
  const std::vector<double> epi = radiiOf(around(outer.front(), wall.centre, plane));
  if (isOpen(endo, epi, 0.5 * std::min(plane.rowSpacingMm, plane.columnSpacingMm))) {
    return std::nullopt;
  }
  wall.endocardiumMm = lowHarmonics(endo);
  wall.epicardiumMm = lowHarmonics(epi);
  wall.thicknessMm = thicknesses(wall);
  return wall;
}

double perimeterMm(const std::vector<double>& radiiMm) {
  double length = 0;
  for (std::size_t i = 0; i < radiiMm.size(); ++i) {
    const Vec2 a = pointAt(radiiMm, i);
    const Vec2 b = pointAt(radiiMm, (i + 1) % radiiMm.size());
    length += std::hypot(b.x - a.x, b.y - a.y);
  }
  return length;
}

double midwallPerimeterMm(const WallProfile& wall) { return perimeterMm(midwallRadii(wall)); }

}  // namespace cmr
