// Value noise in three dimensions: a smooth random function of position, the same for the same
// seed.
#pragma once

#include <cmath>
#include <cstdint>

namespace cmr {

// One random number in [-1, 1] for each point of the integer grid.
inline float latticeValue(std::int32_t x, std::int32_t y, std::int32_t z, std::uint32_t seed) {
  std::uint32_t h = seed + static_cast<std::uint32_t>(x) * 0x8DA6B343U +
                    static_cast<std::uint32_t>(y) * 0xD8163841U +
                    static_cast<std::uint32_t>(z) * 0xCB1AB31FU;
  h ^= h >> 15;
  h *= 0x2C1B3C6DU;
  h ^= h >> 12;
  h *= 0x297A2D39U;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) * (2.0F / 16777215.0F) - 1.0F;
}

// Trilinear between the points of the grid with smoothed weights; period 1, range -1 to 1.
inline float smoothNoise(double x, double y, double z, std::uint32_t seed) {
  const double fx = std::floor(x);
  const double fy = std::floor(y);
  const double fz = std::floor(z);
  const auto ix = static_cast<std::int32_t>(fx);
  const auto iy = static_cast<std::int32_t>(fy);
  const auto iz = static_cast<std::int32_t>(fz);
  const auto ease = [](double t) { return static_cast<float>(t * t * (3 - 2 * t)); };
  const float tx = ease(x - fx);
  const float ty = ease(y - fy);
  const float tz = ease(z - fz);
  const auto along = [&](std::int32_t j, std::int32_t k) {
    const float a = latticeValue(ix, iy + j, iz + k, seed);
    return a + tx * (latticeValue(ix + 1, iy + j, iz + k, seed) - a);
  };
  const auto across = [&](std::int32_t k) {
    const float a = along(0, k);
    return a + ty * (along(1, k) - a);
  };
  const float a = across(0);
  return a + tz * (across(1) - a);
}

}  // namespace cmr
