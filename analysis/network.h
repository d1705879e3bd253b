// One network as a package holds it: a backbone, the first look, and the segmentation head; or the
// plain U-Net that serves as the bar. What it is made of is data (NetworkGeometry), not code.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "analysis/dense_head.h"
#include "analysis/heart_locator.h"
#include "analysis/unet.h"
#include "analysis/vit.h"

namespace cmr {

enum class Architecture { vitDense, unet };

struct NetworkGeometry {
  Architecture architecture = Architecture::vitDense;
  VitGeometry vit;
  DenseHeadGeometry dense;
  UnetGeometry unet;
  double dropPath = 0;  // of training; 0 at inference
  // Of training: share of samples whose tokens the head and the first look do not get to see, so
  // that the image path learns to stand alone and the tokens to add to it.
  double tokenDrop = 0;
};

// One pass over pictures of the whole field.
struct FirstLookPass {
  torch::Tensor where;  // as NetworkImpl::locate gives it
  TokenLevels tokens;   // of the layers asked for, and the last
};

// One pass over crops about the heart.
struct CropPass {
  torch::Tensor logits;  // as NetworkImpl::segment gives them
  TokenLevels tokens;    // of the layers asked for, and the last
};

class NetworkImpl : public torch::nn::Module {
 public:
  explicit NetworkImpl(const NetworkGeometry& geometry);

  // Crops around the heart, float32 [batch, 1, size, size] -> logits [batch, classes, size, size].
  torch::Tensor segment(const torch::Tensor& crops, ComputePrecision precision);
  // The same with the tokens that it was made from, for the heads that read them, too. Throws
  // PackageError when the architecture has no backbone and layers are asked for.
  CropPass segmentAndRead(const torch::Tensor& crops, const std::vector<int>& layers,
                          ComputePrecision precision);
  // Pictures of the whole field -> logits [batch, cells + 1], see HeartLocator.
  torch::Tensor locate(const torch::Tensor& fields, ComputePrecision precision);
  // The first look with the tokens that it was made from, for the heads that read them, too. Throws
  // PackageError when the architecture has no backbone and layers are asked for.
  FirstLookPass look(const torch::Tensor& fields, const std::vector<int>& layers,
                     ComputePrecision precision);
  // What segment reads of crops beside the image itself, for it and every head that shares its
  // decoder; empty for an architecture without tokens.
  std::vector<torch::Tensor> readLevels(const torch::Tensor& crops, ComputePrecision precision);
  // The same from tokens of a pass that was made already, by readTokens.
  TokenLevels readTokens(const torch::Tensor& crops, const std::vector<int>& layers,
                         ComputePrecision precision);
  std::vector<torch::Tensor> levelsFrom(const TokenLevels& tokens,
                                        const torch::Tensor& crops) const;
  // The network's own head, whose decoder further tasks share. Throws PackageError when the
  // architecture has none.
  const DenseHeadImpl& trunk() const;
  // Both at once, the backbone running over one batch; sizes must agree.
  std::pair<torch::Tensor, torch::Tensor> segmentAndLocate(const torch::Tensor& crops,
                                                           const torch::Tensor& fields,
                                                           ComputePrecision precision);

  const NetworkGeometry& geometry() const { return geometry_; }
  // Pictures that went through the backbone so far: what a pass costs is mostly this.
  std::int64_t picturesRead() const { return backbone ? backbone->picturesRead() : 0; }
  static constexpr int locatorCellSize = 8;  // pixels of the picture per cell

 private:
  // Everything the head and the first look read of images.
  struct Features {
    ImageFeatures seen;
    std::vector<torch::Tensor> levels;
    torch::Tensor classToken;
  };
  Features read(const torch::Tensor& images, ComputePrecision precision);
  Features featuresFrom(const torch::Tensor& images, const TokenLevels& tokens,
                        ComputePrecision precision);
  void dropTokens(Features& features) const;
  torch::Tensor locateFrom(const Features& features);

  NetworkGeometry geometry_;
  Vit backbone{nullptr};
  DenseHead denseHead{nullptr};
  Unet unet{nullptr};
  HeartLocator locator{nullptr};
};
TORCH_MODULE(Network);

}  // namespace cmr
