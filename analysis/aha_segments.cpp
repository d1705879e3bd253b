#include "analysis/aha_segments.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/errors.h"
#include "analysis/slice_order.h"

namespace cmr {
namespace {

constexpr double turn = 2 * std::numbers::pi;

double positive(double angle) {
  const double rest = std::fmod(angle, turn);
  return rest < 0 ? rest + turn : rest;
}

// Degrees on the way from the anterior insertion through the septum, 0 to 360.
double alongSeptum(double directionRad, const SeptumDirections& septum) {
  const double ahead = positive(septum.inferiorRad - septum.anteriorRad);
  const double sign = ahead <= std::numbers::pi ? 1 : -1;
  return positive(sign * (directionRad - septum.anteriorRad)) * 360 / turn;
}

SegmentMeans thicknessAt(const ImageStack& stack, const LabelStack& labels, int phase,
                         const std::vector<std::optional<AhaLevel>>& levels,
                         const std::vector<std::optional<SeptumDirections>>& septum) {
  SegmentMeans means;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const auto at = static_cast<std::size_t>(slice);
    if (!levels.at(at) || !septum.at(at)) continue;
    if (const auto wall = wallProfile(stack, labels, slice, phase)) {
      means.add(*levels[at], *septum[at], wall->thicknessMm);
    }
  }
  return means;
}

}  // namespace

SeptumDirections septumDirections(const PlaneGeometry& plane, Point2 centre, Point2 anterior,
                                  Point2 inferior) {
  const auto direction = [&](Point2 p) {
    return std::atan2((p.y - centre.y) * plane.rowSpacingMm,
                      (p.x - centre.x) * plane.columnSpacingMm);
  };
  return {direction(anterior), direction(inferior)};
}

int ahaSegment(AhaLevel level, double directionRad, const SeptumDirections& septum) {
  const double degrees = alongSeptum(directionRad, septum);
  if (level == AhaLevel::apical) {
    constexpr std::array<int, 4> around{14, 15, 16, 13};
    return around.at(static_cast<std::size_t>(std::fmod(degrees - 15 + 360, 360) / 90) % 4);
  }
  constexpr std::array<int, 6> around{2, 3, 4, 5, 6, 1};
  const int basal = around.at(static_cast<std::size_t>(degrees / 60) % 6);
  return level == AhaLevel::basal ? basal : basal + 6;
}

const char* const apexNotMeasured =
    "Segment 17, the apical cap, is not measured: short-axis images do not cut it.";

std::string ahaName(int segment) {
  static const std::array<const char*, 6> around{"anterior", "anteroseptal",  "inferoseptal",
                                                 "inferior", "inferolateral", "anterolateral"};
  static const std::array<const char*, 4> apical{"anterior", "septal", "inferior", "lateral"};
  if (segment == ahaApex) return "17 apex";
  if (segment < 1 || segment > ahaSegmentCount) {
    throw InputError("there is no AHA segment " + std::to_string(segment));
  }
  const auto at = static_cast<std::size_t>(segment - 1);
  const std::string number = std::to_string(segment) + " ";
  if (segment > 12) return number + "apical " + apical[at - 12];
  return number + (segment > 6 ? "mid " : "basal ") + around[at % 6];
}

std::vector<std::optional<AhaLevel>> ahaLevels(const ImageStack& stack, const LabelStack& labels,
                                               int phase) {
  std::vector<std::optional<AhaLevel>> levels(static_cast<std::size_t>(labels.sliceCount));
  std::vector<int> closed;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    if (wallProfile(stack, labels, slice, phase)) closed.push_back(slice);
  }
  if (closed.size() < 3) return levels;
  if (!baseIsFirst(stack, labels)) std::reverse(closed.begin(), closed.end());
  const auto origin = [&](int slice) {
    return stack.planes[static_cast<std::size_t>(slice)].originMm;
  };
  const Vec3 normal = planeNormal(stack.planes[static_cast<std::size_t>(closed.front())]);
  const auto depth = [&](int slice) {
    return std::abs(dot(origin(slice) - origin(closed.front()), normal));
  };
  // Each slice stands for half the way to its neighbours, so its middle lies inside of a third.
  const double whole = depth(closed.back()) * static_cast<double>(closed.size()) /
                       static_cast<double>(closed.size() - 1);
  const double margin = (whole - depth(closed.back())) / 2;
  for (const int slice : closed) {
    const double share = (depth(slice) + margin) / whole;
    levels[static_cast<std::size_t>(slice)] = share < 1.0 / 3   ? AhaLevel::basal
                                              : share < 2.0 / 3 ? AhaLevel::mid
                                                                : AhaLevel::apical;
  }
  return levels;
}

void SegmentMeans::add(AhaLevel level, const SeptumDirections& septum,
                       const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double direction = turn * static_cast<double>(i) / static_cast<double>(values.size());
    const auto at = static_cast<std::size_t>(ahaSegment(level, direction, septum) - 1);
    sums_.at(at) += values[i];
    ++counts_.at(at);
  }
}

std::array<std::optional<double>, ahaSegmentCount> SegmentMeans::means() const {
  std::array<std::optional<double>, ahaSegmentCount> result;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (counts_[i] > 0) result[i] = sums_[i] / counts_[i];
  }
  return result;
}

std::array<SegmentThickness, ahaSegmentCount> segmentThickness(
    const ImageStack& stack, const LabelStack& labels, int endDiastole, int endSystole,
    const std::vector<std::optional<SeptumDirections>>& atEndDiastole,
    const std::vector<std::optional<SeptumDirections>>& atEndSystole) {
  const auto levels = ahaLevels(stack, labels, endDiastole);
  const auto ed = thicknessAt(stack, labels, endDiastole, levels, atEndDiastole).means();
  const auto es = thicknessAt(stack, labels, endSystole, levels, atEndSystole).means();
  std::array<SegmentThickness, ahaSegmentCount> segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    segments[i] = {ed[i], es[i], std::nullopt};
    if (ed[i] && es[i] && *ed[i] > 0)
      segments[i].thickeningPercent = 100 * (*es[i] - *ed[i]) / *ed[i];
  }
  return segments;
}

}  // namespace cmr
