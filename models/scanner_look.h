// What a scanner does to a perfect picture: blur, coil shading, banding, ghosts, noise, and the
// black corners of gradient-warp correction.
#pragma once

#include <random>
#include <vector>

namespace cmr {

// Smooth noise of unit variance, blurred by sigma pixels.
std::vector<float> texturedNoise(std::mt19937_64& rng, int rows, int columns, double sigma);

// In place; sigma in pixels, edges repeated.
void gaussianBlur(std::vector<float>& image, int rows, int columns, double sigma);

void applyScannerLook(std::vector<float>& image, int rows, int columns, std::mt19937_64& rng);

}  // namespace cmr
