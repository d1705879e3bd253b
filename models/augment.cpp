#include "models/augment.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "analysis/frame_sampling.h"
#include "models/image_changes.h"

namespace cmr {

std::uint64_t mixSeed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (a + 1) + 0xbf58476d1ce4e5b9ULL * (b + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

FrameCentre cavityCentre(const TrainingFrame& frame) {
  return structuresCentre(frame, bitOf(Structure::lvCavity));
}

FrameCentre structuresCentre(const TrainingFrame& frame, std::uint8_t structures) {
  FrameCentre centre;
  double column = 0;
  double row = 0;
  for (int r = 0; r < frame.rows; ++r) {
    for (int c = 0; c < frame.columns; ++c) {
      const std::uint8_t allowed =
          frame.allowed[static_cast<std::size_t>(r) * static_cast<std::size_t>(frame.columns) +
                        static_cast<std::size_t>(c)];
      if (allowed != 0 && (allowed & ~structures) == 0) {
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

CropPlace plainCropPlace(const FrameCentre& centre, double spacingMm, const AugmentOptions& o) {
  return {cropMap(spacingMm, spacingMm, centre.column, centre.row, o.spacingMm, o.size), {}};
}

CropPlace drawCropPlace(const FrameCentre& about, double spacingMm, bool mayWander,
                        std::mt19937_64& rng, const AugmentOptions& o) {
  FrameCentre centre = about;
  const bool wander = mayWander && (centre.area == 0 || drawChance(rng, o.wanderShare));
  const double shift = (wander ? o.wanderMm : o.shiftMm) / spacingMm;
  centre.column += drawNormal(rng, shift);
  centre.row += drawNormal(rng, shift);
  const double scale = std::exp(drawNormal(rng, o.logScale)) * o.spacingMm / spacingMm;
  CropPlace place;
  const double turn = o.uniformRotation
                          ? drawRotation(rng, o.rotationDegrees)
                          : drawNormal(rng, o.rotationDegrees * std::numbers::pi / 180);
  place.map = rotatedMap(centre.column, centre.row, scale, turn, o.size);
  if (o.elasticMm > 0 && drawChance(rng, 0.8)) {
    const double sigma = o.elasticMm / o.spacingMm;
    const int cells = drawChance(rng, 0.5) ? 4 : 7;
    place.bend.dx = smoothField(rng, o.size, cells, sigma);
    place.bend.dy = smoothField(rng, o.size, cells, sigma);
  }
  return place;
}

TrainingSample cropAt(const CropPlace& place, const TrainingFrame& frame, std::mt19937_64& rng,
                      const AugmentOptions& o) {
  TrainingSample sample;
  sample.known = frame.known;
  sample.image =
      sampleImage({frame.pixels, frame.rows, frame.columns}, place.map, o.size, place.bend);
  sample.allowed = sampleLabels(frame.allowed, frame.rows, frame.columns, place.map, o.size,
                                bitOf(Structure::background), place.bend);
  if (o.enabled) {
    changeAppearance(sample.image, o.size, rng, o);
  } else {
    normaliseIntensity(sample.image, o.window);
  }
  return sample;
}

TrainingSample drawCrop(const TrainingFrame& frame, std::uint64_t seed, const AugmentOptions& o) {
  std::mt19937_64 rng(seed);
  const FrameCentre centre = cavityCentre(frame);
  return cropAt(o.enabled ? drawCropPlace(centre, frame.spacingMm, true, rng, o)
                          : plainCropPlace(centre, frame.spacingMm, o),
                frame, rng, o);
}

FieldSample drawField(const TrainingFrame& frame, std::uint64_t seed, const AugmentOptions& o) {
  std::mt19937_64 rng(seed);
  const FrameCentre centre = cavityCentre(frame);
  const SourceImage source{frame.pixels, frame.rows, frame.columns};
  FieldSample sample;
  PixelMap map = wholeFieldMap(frame.rows, frame.columns, frame.spacingMm, frame.spacingMm, o.size);
  if (o.enabled) {
    // A smaller or larger field, anywhere about the heart: the heart is not always in the middle.
    const double scale = map.m[0] * std::exp(drawUniform(rng, -0.55, 0.15));
    const double reach = frame.columns * 0.22;
    map = rotatedMap((frame.columns - 1) / 2.0 + drawUniform(rng, -reach, reach),
                     (frame.rows - 1) / 2.0 + drawUniform(rng, -reach, reach), scale,
                     drawRotation(rng, o.rotationDegrees), o.size);
  }
  sample.image = sampleImage(source, map, o.size);
  if (o.enabled) {
    changeAppearance(sample.image, o.size, rng, o);
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
