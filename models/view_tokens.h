// What a frozen backbone says of pictures, computed once and kept for the training of heads that
// read it.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/head_description.h"
#include "analysis/network.h"
#include "analysis/package_heads.h"
#include "models/labelled_images.h"

namespace cmr {

// What a head sees of an image, and how much it is changed while the head learns.
struct ViewOptions {
  HeadLook look = HeadLook::field;
  double cropSpacingMm = 0;  // of a crop's pixels
  int augmented = 5;         // views of an image besides the plain one
  std::uint64_t seed = 1;
  // Share of the picture's area that an augmented view of the field covers; above 1 there is air
  // around it.
  double leastArea = 0.5;
  double mostArea = 1.2;
};

// The pictures of one image: first as the service takes it, then changed (turned, mirrored, of
// another field of view or about another place in the heart, seen by another scanner). Each size *
// size, normalised. Crops need the image's heart and spacing: InputError names an image without.
std::vector<std::vector<float>> viewsOf(const LabelledImage& image, int size,
                                        const ViewOptions& options);

// Tokens of many views, by layer [views, 1 + patches, width] in bfloat16, and the image of each.
struct ViewTokens {
  TokenLevels levels;
  torch::Tensor classTokens;          // float32 [views, width], of the last layer
  std::vector<std::size_t> imageOf;   // index into the images given
  std::vector<std::uint8_t> isPlain;  // 1: the image's first, unchanged view
  // What a head without queries reads of these layers, which has nothing to learn in it: then the
  // levels are empty. Else undefined.
  torch::Tensor pooled;
};

// `arePooled`: for heads without queries; a hundredth of the memory. `report` is told how many
// images are done. Deterministic.
ViewTokens readViews(Network& network, int size, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& options, bool arePooled,
                     ComputePrecision precision, const std::function<void(std::size_t)>& report);

}  // namespace cmr
