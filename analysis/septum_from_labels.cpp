#include "analysis/septum_from_labels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

#include "analysis/wall_profile.h"

namespace cmr {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double reachMm = 5;
constexpr double stepMm = 0.5;
constexpr int longestGap = 3;  // directions without contact inside of the arc
constexpr double narrowest = turn * 40 / 360;
// Which side of two points is the septum is told by the shorter way between them (aha_segments.h).
constexpr double widest = turn * 175 / 360;
constexpr double farthestOff = turn * 35 / 360;

// The ends of an arc in the sense of growing directions.
struct Arc {
  double fromRad = 0;
  double toRad = 0;  // may exceed a turn
};

double directionOf(int i) { return turn * i / wallDirections; }

bool touchesRight(const ImageStack& stack, const LabelStack& labels, int slice, int phase,
                  const WallProfile& wall, int direction) {
  const PlaneGeometry& plane = stack.planes.at(static_cast<std::size_t>(slice));
  const auto frame = labels.frame(slice, phase);
  const double epicardium = wall.epicardiumMm[static_cast<std::size_t>(direction)];
  const double x = std::cos(directionOf(direction));
  const double y = std::sin(directionOf(direction));
  for (double away = epicardium - 1; away <= epicardium + reachMm; away += stepMm) {
    const auto column =
        static_cast<int>(std::lround(wall.centre.x + away * x / plane.columnSpacingMm));
    const auto row = static_cast<int>(std::lround(wall.centre.y + away * y / plane.rowSpacingMm));
    if (column < 0 || row < 0 || column >= labels.columns || row >= labels.rows) return false;
    const std::size_t at =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(labels.columns) +
        static_cast<std::size_t>(column);
    if (frame[at] == static_cast<std::uint8_t>(Structure::rvCavity)) return true;
  }
  return false;
}

// The longest run of contact around the circle, across small gaps.
std::optional<Arc> longestRun(const std::vector<bool>& contact) {
  const int count = static_cast<int>(contact.size());
  int bestFrom = 0;
  int bestLength = 0;
  for (int from = 0; from < count; ++from) {
    const auto at = [&](int i) { return contact[static_cast<std::size_t>((i + count) % count)]; };
    if (!at(from) || at(from - 1)) continue;
    int last = from;
    for (int i = from; i < from + count && i - last <= longestGap + 1; ++i) {
      if (at(i)) last = i;
    }
    if (last - from + 1 > bestLength) {
      bestFrom = from;
      bestLength = last - from + 1;
    }
  }
  if (bestLength == 0) return std::nullopt;
  return Arc{directionOf(bestFrom), directionOf(bestFrom + bestLength - 1)};
}

std::optional<Arc> contactArc(const ImageStack& stack, const LabelStack& labels, int slice,
                              int phase, const WallProfile& wall) {
  std::vector<bool> contact;
  for (int i = 0; i < wallDirections; ++i) {
    contact.push_back(touchesRight(stack, labels, slice, phase, wall, i));
  }
  const std::optional<Arc> arc = longestRun(contact);
  if (!arc) return std::nullopt;
  const double width = arc->toRad - arc->fromRad;
  return width >= narrowest && width <= widest ? arc : std::nullopt;
}

// How far in front and above in the patient a direction of a slice points.
double anteriority(const PlaneGeometry& plane, double directionRad) {
  const Vec3 way =
      plane.rowDirection * std::cos(directionRad) + plane.columnDirection * std::sin(directionRad);
  return dot(way, {0, -1, 1});
}

double difference(double a, double b) { return std::abs(std::remainder(a - b, turn)); }

double middleOf(const Arc& arc) { return (arc.fromRad + arc.toRad) / 2; }

// Arcs that lie elsewhere than most are not those of the septum.
void dropStrays(std::vector<std::optional<Arc>>& arcs) {
  double x = 0;
  double y = 0;
  for (const auto& arc : arcs) {
    if (!arc) continue;
    x += std::cos(middleOf(*arc));
    y += std::sin(middleOf(*arc));
  }
  const double usual = std::atan2(y, x);
  for (auto& arc : arcs) {
    if (arc && difference(middleOf(*arc), usual) > farthestOff) arc.reset();
  }
}

std::optional<Arc> nearestArc(const std::vector<std::optional<Arc>>& arcs, int slice) {
  std::optional<Arc> best;
  int closest = 0;
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const int away = std::abs(static_cast<int>(i) - slice);
    if (!arcs[i] || (best && away >= closest)) continue;
    best = arcs[i];
    closest = away;
  }
  return best;
}

}  // namespace

std::vector<std::optional<SeptumDirections>> septumFromLabels(const ImageStack& stack,
                                                              const LabelStack& labels, int phase) {
  const auto count = static_cast<std::size_t>(labels.sliceCount);
  std::vector<std::optional<Arc>> arcs(count);
  std::vector<bool> hasRing(count);
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const auto wall = wallProfile(stack, labels, slice, phase);
    if (!wall) continue;
    hasRing[static_cast<std::size_t>(slice)] = true;
    arcs[static_cast<std::size_t>(slice)] = contactArc(stack, labels, slice, phase, *wall);
  }
  dropStrays(arcs);
  double firstInFront = 0;  // of the ends, which one lies in front and above
  for (std::size_t i = 0; i < count; ++i) {
    if (!arcs[i]) continue;
    firstInFront += anteriority(stack.planes.at(i), arcs[i]->fromRad) -
                    anteriority(stack.planes.at(i), arcs[i]->toRad);
  }
  std::vector<std::optional<SeptumDirections>> septum(count);
  if (std::abs(firstInFront) < 1e-6) return septum;
  for (std::size_t i = 0; i < count; ++i) {
    if (!hasRing[i]) continue;
    const std::optional<Arc> arc = nearestArc(arcs, static_cast<int>(i));
    if (!arc) continue;
    septum[i] = firstInFront > 0 ? SeptumDirections{arc->fromRad, arc->toRad}
                                 : SeptumDirections{arc->toRad, arc->fromRad};
  }
  return septum;
}

}  // namespace cmr
