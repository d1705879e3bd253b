#include "dicom_sr/lab_color.h"

#include <algorithm>
#include <cmath>

namespace cmr {
namespace {

// IEC 61966-2-1.
double linear(std::uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

// CIE 15: cube root with a linear part near black.
double labFunction(double t) {
  constexpr double delta = 6.0 / 29.0;
  return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0 / 29.0;
}

std::uint16_t scaled(double value, double lowest, double highest) {
  const double share = std::clamp((value - lowest) / (highest - lowest), 0.0, 1.0);
  return static_cast<std::uint16_t>(std::lround(share * 65535));
}

}  // namespace

std::array<std::uint16_t, 3> dicomLabOf(RgbColor color) {
  const double r = linear(color.red), g = linear(color.green), b = linear(color.blue);
  // sRGB to XYZ, adapted from D65 to D50 after Bradford (ICC's sRGB profile).
  const double x = 0.4360747 * r + 0.3850649 * g + 0.1430804 * b;
  const double y = 0.2225045 * r + 0.7168786 * g + 0.0606169 * b;
  const double z = 0.0139322 * r + 0.0971045 * g + 0.7141733 * b;
  const double fx = labFunction(x / 0.96422), fy = labFunction(y), fz = labFunction(z / 0.82521);
  return {scaled(116 * fy - 16, 0, 100), scaled(500 * (fx - fy), -128, 127),
          scaled(200 * (fy - fz), -128, 127)};
}

}  // namespace cmr
