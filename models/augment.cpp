#include "models/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "analysis/frame_sampling.h"

namespace cmr {
namespace {

using Rng = std::mt19937_64;

double normal(Rng& rng, double sigma) { return std::normal_distribution<double>(0, sigma)(rng); }
double uniform(Rng& rng, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(rng);
}
bool chance(Rng& rng, double probability) { return uniform(rng, 0, 1) < probability; }

// Smooth random field: cubic B-spline over a coarse grid of normal control values.
std::vector<float> smoothField(Rng& rng, int size, int cells, double sigma) {
  const int points = cells + 3;
  std::vector<double> control(static_cast<std::size_t>(points * points));
  for (double& v : control) {
    v = normal(rng, sigma);
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

// Sample pixel -> source pixel, about a centre, with rotation and scale.
PixelMap rotatedMap(double centreColumn, double centreRow, double pixelsPerSample, double radians,
                    int size) {
  const double half = (size - 1) / 2.0;
  const double c = std::cos(radians) * pixelsPerSample;
  const double s = std::sin(radians) * pixelsPerSample;
  return {{c, -s, centreColumn - (c - s) * half, s, c, centreRow - (s + c) * half}};
}

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

void changeAppearance(std::vector<float>& image, Rng& rng, const AugmentOptions& o) {
  if (o.biasField > 0 && chance(rng, 0.7)) {
    const std::vector<float> field = smoothField(rng, o.size, 2, o.biasField);
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[i] *= std::exp(field[i]);
    }
  }
  normaliseIntensity(image);
  const double gamma = std::exp(normal(rng, o.logGamma));
  for (float& v : image) {
    v = v > 0 ? static_cast<float>(std::pow(static_cast<double>(v), gamma)) : v;
  }
  if (chance(rng, o.blurProbability)) {
    blur3(image, o.size, static_cast<float>(uniform(rng, 0.3, 1.0)));
  }
  const double sigma = uniform(rng, 0, o.noise);
  const double gain = std::exp(normal(rng, 0.12));
  const double offset = normal(rng, 0.04);
  std::normal_distribution<float> noise(0, static_cast<float>(sigma));
  for (float& v : image) {
    v = static_cast<float>(static_cast<double>(v) * gain + offset) + noise(rng);
  }
}

double drawRotation(Rng& rng, const AugmentOptions& o) {
  if (chance(rng, 0.1)) {
    return uniform(rng, -std::numbers::pi, std::numbers::pi);
  }
  return normal(rng, o.rotationDegrees) * std::numbers::pi / 180;
}

}  // namespace

std::uint64_t mixSeed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (a + 1) + 0xbf58476d1ce4e5b9ULL * (b + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

FrameCentre cavityCentre(const TrainingFrame& frame) {
  FrameCentre centre;
  double column = 0;
  double row = 0;
  for (int r = 0; r < frame.rows; ++r) {
    for (int c = 0; c < frame.columns; ++c) {
      if (frame.allowed[static_cast<std::size_t>(r) * static_cast<std::size_t>(frame.columns) +
                        static_cast<std::size_t>(c)] == bitOf(Structure::lvCavity)) {
        column += c;
        row += r;
        ++centre.area;
      }
    }
  }
  if (centre.area == 0) {
    return {(frame.columns - 1) / 2.0, (frame.rows - 1) / 2.0, 0};
  }
  const auto area = static_cast<double>(centre.area);
  return {column / area, row / area, centre.area};
}

TrainingSample drawCrop(const TrainingFrame& frame, std::uint64_t seed, const AugmentOptions& o) {
  Rng rng(seed);
  FrameCentre centre = cavityCentre(frame);
  const SourceImage source{frame.pixels, frame.rows, frame.columns};
  TrainingSample sample;
  sample.known = frame.known;
  const std::uint8_t outside = bitOf(Structure::background);
  if (!o.enabled) {
    const PixelMap map =
        cropMap(frame.spacingMm, frame.spacingMm, centre.column, centre.row, o.spacingMm, o.size);
    sample.image = sampleImage(source, map, o.size);
    sample.allowed = sampleLabels(frame.allowed, frame.rows, frame.columns, map, o.size, outside);
    normaliseIntensity(sample.image);
    return sample;
  }
  const bool wander = centre.area == 0 || chance(rng, o.wanderShare);
  const double shift = (wander ? o.wanderMm : o.shiftMm) / frame.spacingMm;
  centre.column += normal(rng, shift);
  centre.row += normal(rng, shift);
  const double scale = std::exp(normal(rng, o.logScale)) * o.spacingMm / frame.spacingMm;
  const PixelMap map = rotatedMap(centre.column, centre.row, scale, drawRotation(rng, o), o.size);
  Displacement bend;
  if (o.elasticMm > 0 && chance(rng, 0.8)) {
    const double sigma = o.elasticMm / o.spacingMm;
    const int cells = chance(rng, 0.5) ? 4 : 7;
    bend.dx = smoothField(rng, o.size, cells, sigma);
    bend.dy = smoothField(rng, o.size, cells, sigma);
  }
  sample.image = sampleImage(source, map, o.size, bend);
  sample.allowed =
      sampleLabels(frame.allowed, frame.rows, frame.columns, map, o.size, outside, bend);
  changeAppearance(sample.image, rng, o);
  return sample;
}

FieldSample drawField(const TrainingFrame& frame, std::uint64_t seed, const AugmentOptions& o) {
  Rng rng(seed);
  const FrameCentre centre = cavityCentre(frame);
  const SourceImage source{frame.pixels, frame.rows, frame.columns};
  FieldSample sample;
  PixelMap map = wholeFieldMap(frame.rows, frame.columns, frame.spacingMm, frame.spacingMm, o.size);
  if (o.enabled) {
    // A smaller or larger field, anywhere about the heart: the heart is not always in the middle.
    const double scale = map.m[0] * std::exp(uniform(rng, -0.55, 0.15));
    const double reach = frame.columns * 0.22;
    map = rotatedMap((frame.columns - 1) / 2.0 + uniform(rng, -reach, reach),
                     (frame.rows - 1) / 2.0 + uniform(rng, -reach, reach), scale,
                     drawRotation(rng, o), o.size);
  }
  sample.image = sampleImage(source, map, o.size);
  if (o.enabled) {
    changeAppearance(sample.image, rng, o);
  } else {
    normaliseIntensity(sample.image);
  }
  if (centre.area > 0) {
    // Invert the map for the centre.
    const double determinant = map.m[0] * map.m[4] - map.m[1] * map.m[3];
    const double dc = centre.column - map.m[2];
    const double dr = centre.row - map.m[5];
    const double x = (map.m[4] * dc - map.m[1] * dr) / determinant;
    const double y = (map.m[0] * dr - map.m[3] * dc) / determinant;
    if (x >= 2 && y >= 2 && x <= o.size - 3 && y <= o.size - 3) {
      sample.centreColumn = x;
      sample.centreRow = y;
    }
  }
  return sample;
}

}  // namespace cmr
