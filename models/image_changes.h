// The building blocks of augmentation: random geometry and random scanner appearance. Each is a
// function of its inputs and of the generator's state.
#pragma once

#include <random>
#include <vector>

#include "analysis/frame_sampling.h"

namespace cmr {

double drawNormal(std::mt19937_64& rng, double sigma);
double drawUniform(std::mt19937_64& rng, double low, double high);
bool drawChance(std::mt19937_64& rng, double probability);
// Radians: normal with this standard deviation, and one draw in ten uniform over the circle.
double drawRotation(std::mt19937_64& rng, double sigmaDegrees);

// Smooth random field, size * size: cubic B-spline over a coarse grid of normal control values.
std::vector<float> smoothField(std::mt19937_64& rng, int size, int cells, double sigma);

// Sample pixel -> source pixel, about a centre, with rotation and scale.
PixelMap rotatedMap(double centreColumn, double centreRow, double pixelsPerSample, double radians,
                    int size);

struct AppearanceOptions {
  double logGamma = 0.28;   // standard deviation
  double biasField = 0.35;  // amplitude of the smooth multiplicative field (log)
  double noise = 0.04;      // largest standard deviation, in units of the intensity window
  double blurProbability = 0.25;
  IntensityWindow window = {};  // by which the image is normalised
};

// Coil shading, gamma, blur, gain, offset and noise on a square of grey; normalises it on the way,
// as inference does.
void changeAppearance(std::vector<float>& image, int size, std::mt19937_64& rng,
                      const AppearanceOptions& options);

}  // namespace cmr
