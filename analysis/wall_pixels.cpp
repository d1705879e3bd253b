#include "analysis/wall_pixels.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/errors.h"
#include "analysis/wall_profile.h"

namespace cmr {
namespace {

constexpr double turn = 2 * std::numbers::pi;

// Radius in a direction, between the two neighbouring entries of a closed profile.
double radiusAt(const std::vector<double>& radii, double directionRad) {
  const double at = directionRad / turn * static_cast<double>(radii.size());
  const auto first = static_cast<std::size_t>(at) % radii.size();
  const double share = at - std::floor(at);
  return (1 - share) * radii[first] + share * radii[(first + 1) % radii.size()];
}

void place(WallPixel& p, const WallProfile& wall, const PlaneGeometry& plane, int columns) {
  const auto width = static_cast<std::size_t>(columns);
  const double x = (static_cast<double>(p.pixel % width) - wall.centre.x) * plane.columnSpacingMm;
  const double y = (static_cast<double>(p.pixel / width) - wall.centre.y) * plane.rowSpacingMm;
  const double angle = std::atan2(y, x);
  const double direction = angle < 0 ? angle + turn : angle;
  const double inner = radiusAt(wall.endocardiumMm, direction);
  const double outer = radiusAt(wall.epicardiumMm, direction);
  p.directionRad = direction;
  if (outer > inner) {
    p.depth = std::clamp((std::hypot(x, y) - inner) / (outer - inner), 0.0, 1.0);
  }
}

}  // namespace

std::vector<WallPixel> wallPixels(const ImageStack& stack, const LabelStack& labels, int phase,
                                  const std::vector<std::optional<SeptumDirections>>& septum) {
  if (stack.rows != labels.rows || stack.columns != labels.columns ||
      stack.sliceCount != labels.sliceCount || stack.phaseCount != labels.phaseCount) {
    throw InputError("labels and images differ in shape");
  }
  const auto levels = ahaLevels(stack, labels, phase);
  std::vector<WallPixel> all;
  for (int slice = 0; slice < labels.sliceCount; ++slice) {
    const auto at = static_cast<std::size_t>(slice);
    const PlaneGeometry& plane = stack.planes.at(at);
    const auto wall = wallProfile(stack, labels, slice, phase);
    const auto frame = labels.frame(slice, phase);
    const std::vector<float>& pixels = stack.frame(slice, phase).pixels;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      if (frame[i] != static_cast<std::uint8_t>(Structure::lvMyocardium)) continue;
      WallPixel p;
      p.slice = slice;
      p.pixel = i;
      p.value = static_cast<double>(pixels.at(i));
      p.areaMm2 = plane.columnSpacingMm * plane.rowSpacingMm;
      if (wall) place(p, *wall, plane, labels.columns);
      if (p.directionRad && at < septum.size() && septum[at] && levels[at]) {
        p.segment = ahaSegment(*levels[at], *p.directionRad, *septum[at]);
      }
      all.push_back(p);
    }
  }
  return all;
}

double quantileOf(std::vector<double> values, double share) {
  if (values.empty()) throw InputError("no values to take a quantile of");
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace cmr
