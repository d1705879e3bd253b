// Networks small enough to train in a test: crops of 32 pixels, a backbone of two blocks.
#pragma once

#include "analysis/network.h"
#include "analysis/package_weights.h"

namespace cmr {

inline constexpr int tinySize = 32;

inline NetworkGeometry tinyVit() {
  NetworkGeometry g;
  g.vit.width = 32;
  g.vit.depth = 2;
  g.vit.heads = 2;
  g.vit.mlpRatio = 2;
  g.vit.positionGrid = 4;
  g.dense.tokenWidth = 32;
  g.dense.layers = {1, 2};
  g.dense.fusedWidth = 16;
  g.dense.imageWidths = {8, 8, 16};
  return g;
}

inline NetworkGeometry tinyUnet() {
  NetworkGeometry g;
  g.architecture = Architecture::unet;
  g.unet.widths = {8, 8, 16, 16, 16};
  return g;
}

// An untrained network takes every pixel for the same; with each class as likely as the others on
// the whole, it draws all of them.
inline void drawEveryStructure(Network& network) {
  const torch::NoGradGuard guard;
  const torch::Tensor logits =
      network->segment(knownAnswerImage(tinySize), ComputePrecision::float32);
  network->named_parameters()["seg_cine_sax.classify.bias"].sub_(logits.mean({0, 2, 3}));
}

// The same parameters at every call.
inline Network seededNetwork(const NetworkGeometry& geometry, std::uint64_t seed = 5) {
  torch::manual_seed(seed);
  return Network(geometry);
}

}  // namespace cmr
