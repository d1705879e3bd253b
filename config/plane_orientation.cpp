#include "config/plane_orientation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

using Vector = std::array<double, 3>;

// Empty unless the text holds exactly six finite numbers.
std::vector<double> sixNumbers(std::string_view text) {
  std::vector<double> numbers;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\\', start), text.size());
    std::string_view one = text.substr(start, end - start);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\0')) one.remove_suffix(1);
    if (!one.empty() && one.front() == '+') one.remove_prefix(1);
    double value = 0;
    const auto [rest, error] = std::from_chars(one.data(), one.data() + one.size(), value);
    if (error != std::errc() || rest != one.data() + one.size() || !std::isfinite(value)) return {};
    numbers.push_back(value);
    start = end + 1;
  }
  return numbers.size() == 6 ? numbers : std::vector<double>{};
}

}  // namespace

const std::vector<std::string>& bodyPlaneNames() {
  static const std::vector<std::string> names{"transverse", "coronal", "sagittal", "oblique"};
  return names;
}

PlaneOrientation orientationOf(std::string_view ImageOrientationPatient) {
  PlaneOrientation orientation;
  const std::vector<double> v = sixNumbers(ImageOrientationPatient);
  if (v.empty()) return orientation;
  const Vector normal{v[1] * v[5] - v[2] * v[4], v[2] * v[3] - v[0] * v[5],
                      v[0] * v[4] - v[1] * v[3]};
  const double length = std::hypot(normal[0], normal[1], normal[2]);
  if (!(length > 0.5)) return orientation;  // parallel or far from unit vectors
  // The normal of a transverse plane is the z axis, of a coronal one y, of a sagittal one x.
  const Vector along{std::abs(normal[2]), std::abs(normal[1]), std::abs(normal[0])};
  const auto largest = std::max_element(along.begin(), along.end());
  orientation.known = true;
  orientation.nearest = static_cast<BodyPlane>(largest - along.begin());
  orientation.degrees = std::acos(std::min(1.0, *largest / length)) * 180 / std::numbers::pi;
  return orientation;
}

std::string describe(const PlaneOrientation& orientation) {
  if (!orientation.known) return "not given";
  return std::to_string(static_cast<int>(std::lround(orientation.degrees))) + " degrees from " +
         bodyPlaneNames()[static_cast<std::size_t>(orientation.nearest)];
}

}  // namespace cmr
