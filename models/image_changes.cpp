#include "models/image_changes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace cmr {
namespace {

void blur3(std::vector<float>& image, int size, float strength) {
  const std::vector<float> source = image;
  const auto at = [&](int y, int x) {
    return source[static_cast<std::size_t>(std::clamp(y, 0, size - 1)) *
                      static_cast<std::size_t>(size) +
                  static_cast<std::size_t>(std::clamp(x, 0, size - 1))];
  };
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const float mean =
          (2 * at(y, x) + at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1)) / 6;
      float& v = image[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) +
                       static_cast<std::size_t>(x)];
      v = (1 - strength) * v + strength * mean;
    }
  }
}

}  // namespace

double drawNormal(std::mt19937_64& rng, double sigma) {
  return std::normal_distribution<double>(0, sigma)(rng);
}
double drawUniform(std::mt19937_64& rng, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(rng);
}
bool drawChance(std::mt19937_64& rng, double probability) {
  return drawUniform(rng, 0, 1) < probability;
}

double drawRotation(std::mt19937_64& rng, double sigmaDegrees) {
  if (drawChance(rng, 0.1)) {
    return drawUniform(rng, -std::numbers::pi, std::numbers::pi);
  }
  return drawNormal(rng, sigmaDegrees) * std::numbers::pi / 180;
}

std::vector<float> smoothField(std::mt19937_64& rng, int size, int cells, double sigma) {
  const int points = cells + 3;
  std::vector<double> control(static_cast<std::size_t>(points * points));
  for (double& v : control) {
    v = drawNormal(rng, sigma);
  }
  const auto weights = [](double t) {
    const double u = 1 - t;
    return std::array<double, 4>{u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6,
                                 (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6, t * t * t / 6};
  };
  std::vector<float> field(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  for (int y = 0; y < size; ++y) {
    const double gy = static_cast<double>(y) * cells / size;
    const int iy = static_cast<int>(gy);
    const auto wy = weights(gy - iy);
    for (int x = 0; x < size; ++x) {
      const double gx = static_cast<double>(x) * cells / size;
      const int ix = static_cast<int>(gx);
      const auto wx = weights(gx - ix);
      double sum = 0;
      for (int j = 0; j < 4; ++j) {
        for (int i = 0; i < 4; ++i) {
          sum += wy[static_cast<std::size_t>(j)] * wx[static_cast<std::size_t>(i)] *
                 control[static_cast<std::size_t>((iy + j) * points + ix + i)];
        }
      }
      field[static_cast<std::size_t>(y) * static_cast<std::size_t>(size) +
            static_cast<std::size_t>(x)] = static_cast<float>(sum);
    }
  }
  return field;
}

PixelMap rotatedMap(double centreColumn, double centreRow, double pixelsPerSample, double radians,
                    int size) {
  const double half = (size - 1) / 2.0;
  const double c = std::cos(radians) * pixelsPerSample;
  const double s = std::sin(radians) * pixelsPerSample;
  return {{c, -s, centreColumn - (c - s) * half, s, c, centreRow - (s + c) * half}};
}

void changeAppearance(std::vector<float>& image, int size, std::mt19937_64& rng,
                      const AppearanceOptions& o) {
  if (o.biasField > 0 && drawChance(rng, 0.7)) {
    const std::vector<float> field = smoothField(rng, size, 2, o.biasField);
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[i] *= std::exp(field[i]);
    }
  }
  normaliseIntensity(image, o.window);
  const double gamma = std::exp(drawNormal(rng, o.logGamma));
  for (float& v : image) {
    v = v > 0 ? static_cast<float>(std::pow(static_cast<double>(v), gamma)) : v;
  }
  if (drawChance(rng, o.blurProbability)) {
    blur3(image, size, static_cast<float>(drawUniform(rng, 0.3, 1.0)));
  }
  const double sigma = drawUniform(rng, 0, o.noise);
  const double gain = std::exp(drawNormal(rng, 0.12));
  const double offset = drawNormal(rng, 0.04);
  std::normal_distribution<float> noise(0, static_cast<float>(sigma));
  for (float& v : image) {
    v = static_cast<float>(static_cast<double>(v) * gain + offset) + noise(rng);
  }
}

}  // namespace cmr
