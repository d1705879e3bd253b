// What a frozen backbone says of pictures, computed once and kept for the training of heads that
// read it.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/network.h"
#include "analysis/package_heads.h"
#include "models/labelled_images.h"

namespace cmr {

struct ViewOptions {
  int augmented = 5;  // views of an image besides the plain one
  std::uint64_t seed = 1;
  // Share of the picture's area that an augmented view covers; above 1 there is air around it.
  double leastArea = 0.5;
  double mostArea = 1.2;
};

// The pictures of one image: first as the first look takes it, then changed (turned, mirrored, of
// another field of view, seen by another scanner). Each size * size, normalised.
std::vector<std::vector<float>> viewsOf(const PretrainImage& image, int size,
                                        const ViewOptions& options);

// Tokens of many views, by layer [views, 1 + patches, width] in bfloat16, and the image of each.
struct ViewTokens {
  TokenLevels levels;
  torch::Tensor classTokens;          // float32 [views, width], of the last layer
  std::vector<std::size_t> imageOf;   // index into the images given
  std::vector<std::uint8_t> isPlain;  // 1: the image's first, unchanged view
  // What a head without queries reads of these layers, which has nothing to learn in it: filled by
  // poolOnce, else undefined.
  torch::Tensor pooled;
};

// `report` is told how many images are done. Deterministic.
ViewTokens readViews(Network& network, int size, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& options,
                     ComputePrecision precision, const std::function<void(std::size_t)>& report);

void poolOnce(ViewTokens& tokens);

}  // namespace cmr
