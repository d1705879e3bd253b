#include "models/scanner_look.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

constexpr double pi = std::numbers::pi;

double uniform(std::mt19937_64& rng, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(rng);
}
bool chance(std::mt19937_64& rng, double p) { return uniform(rng, 0, 1) < p; }

struct Grid {
  std::vector<float>& values;
  int rows;
  int columns;
  float& at(int r, int c) const {
    return values[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
                  static_cast<std::size_t>(c)];
  }
};

std::vector<float> gaussianKernel(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(2.5 * sigma)));
  std::vector<float> kernel;
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
    sum += kernel.back();
  }
  for (float& k : kernel) k /= sum;
  return kernel;
}

// The surface coil: brighter towards one side, falling off over the field.
void shade(const Grid& image, std::mt19937_64& rng) {
  const double angle = uniform(rng, -pi, 0.2);
  const double strength = uniform(rng, 0.1, 1.3);
  const double cx = std::cos(angle);
  const double cy = std::sin(angle);
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.columns; ++c) {
      const double t = cx * (2.0 * c / image.columns - 1) + cy * (2.0 * r / image.rows - 1);
      image.at(r, c) *= static_cast<float>(std::exp(strength * t));
    }
  }
}

// bSSFP bands: dark stripes where off-resonance reaches half the inverse repetition time.
void band(const Grid& image, std::mt19937_64& rng) {
  const double angle = uniform(rng, 0, pi);
  const double period = uniform(rng, 90, 220);
  const double shift = uniform(rng, 0, period);
  const double depth = uniform(rng, 0.3, 0.8);
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.columns; ++c) {
      const double along = std::cos(angle) * c + std::sin(angle) * r + shift;
      const double dip = std::pow(std::abs(std::cos(pi * along / period)), 24);
      image.at(r, c) *= static_cast<float>(1 - depth * dip);
    }
  }
}

// Breathing: a faint copy displaced along the phase-encoding direction.
void ghost(const Grid& image, std::mt19937_64& rng) {
  const std::vector<float> copy = image.values;
  const int shift = static_cast<int>(uniform(rng, 8, 60));
  const auto weight = static_cast<float>(uniform(rng, 0.03, 0.12));
  const bool vertical = chance(rng, 0.5);
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.columns; ++c) {
      const int rr = vertical ? (r + shift) % image.rows : r;
      const int cc = vertical ? c : (c + shift) % image.columns;
      image.at(r, c) +=
          weight * copy[static_cast<std::size_t>(rr) * static_cast<std::size_t>(image.columns) +
                        static_cast<std::size_t>(cc)];
    }
  }
}

void blackCorners(const Grid& image, std::mt19937_64& rng) {
  const double radius = uniform(rng, 0.37, 0.5) * image.columns;
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.columns; ++c) {
      if (std::hypot(c - image.columns / 2.0, r - image.rows / 2.0) > radius) image.at(r, c) = 0;
    }
  }
}

// Magnitude of a complex signal with Gaussian noise in both parts (Gudbjartsson and Patz, 1995).
void addRicianNoise(const Grid& image, std::mt19937_64& rng) {
  std::normal_distribution<float> noise(0, static_cast<float>(uniform(rng, 0.005, 0.035)));
  for (float& v : image.values) {
    v = std::hypot(v + noise(rng), noise(rng));
  }
}

}  // namespace

void gaussianBlur(std::vector<float>& image, int rows, int columns, double sigma) {
  const std::vector<float> kernel = gaussianKernel(sigma);
  const int radius = static_cast<int>(kernel.size() / 2);
  std::vector<float> rowPass(image.size());
  const Grid source{image, rows, columns};
  const Grid middle{rowPass, rows, columns};
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      float sum = 0;
      for (int i = -radius; i <= radius; ++i) {
        sum += kernel[static_cast<std::size_t>(i + radius)] *
               source.at(r, std::clamp(c + i, 0, columns - 1));
      }
      middle.at(r, c) = sum;
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      float sum = 0;
      for (int i = -radius; i <= radius; ++i) {
        sum += kernel[static_cast<std::size_t>(i + radius)] *
               middle.at(std::clamp(r + i, 0, rows - 1), c);
      }
      source.at(r, c) = sum;
    }
  }
}

std::vector<float> texturedNoise(std::mt19937_64& rng, int rows, int columns, double sigma) {
  std::vector<float> field(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  std::uniform_real_distribution<float> white(-1, 1);
  for (float& v : field) v = white(rng);
  gaussianBlur(field, rows, columns, sigma);
  double square = 0;
  for (const float v : field) square += static_cast<double>(v) * static_cast<double>(v);
  const auto scale =
      static_cast<float>(1 / std::sqrt(square / static_cast<double>(field.size()) + 1e-12));
  for (float& v : field) v *= scale;
  return field;
}

void applyScannerLook(std::vector<float>& image, int rows, int columns, std::mt19937_64& rng) {
  const Grid grid{image, rows, columns};
  shade(grid, rng);
  if (chance(rng, 0.3)) band(grid, rng);
  gaussianBlur(image, rows, columns, uniform(rng, 0.6, 1.2));
  if (chance(rng, 0.25)) ghost(grid, rng);
  addRicianNoise(grid, rng);
  if (chance(rng, 0.6)) blackCorners(grid, rng);
}

}  // namespace cmr
