// The dense decoder: backbone tokens of several layers, fused at one eighth of the resolution, and
// brought up to image resolution with the help of a light convolutional path that reads the image
// itself (tokens alone cannot place an edge to better than their patch).
// In the manner of DPT (Ranftl et al., ICCV 2021) and ViTDet-style simple pyramids.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/compute_precision.h"

namespace cmr {

struct DenseHeadGeometry {
  int tokenWidth = 384;
  std::vector<int> layers = {3, 6, 9, 12};  // of the backbone, from 1
  int fusedWidth = 192;                     // at 1/8
  // Of the image path at 1/1, 1/2 and 1/4; at 1/8 and 1/16 it is as wide as fusedWidth.
  std::vector<int> imageWidths = {24, 48, 96};
  int classes = 4;
  bool useTokens = true;     // false: the image path alone, to know which of the two sees
  bool useImagePath = true;  // false: tokens alone
};

// What a further task on a decoder owns; everything else it shares with the head that it joins.
struct SharedDecoderGeometry {
  int outputs = 4;                                      // classes with the background, or heat maps
  std::vector<std::string> ownBlocks = {"up2", "up1"};  // with convolutions of their own
};

// Two 3x3 convolutions, each followed by GroupNorm (float32) and ReLU.
class ConvBlockImpl : public torch::nn::Module {
 public:
  ConvBlockImpl(int in, int out, int stride = 1);
  // Norms of its own, which start as the other's, on the other's convolutions, which are no
  // parameters of this block; or on copies of them.
  enum class Convolutions { shared, copied };
  ConvBlockImpl(const ConvBlockImpl& other, Convolutions convolutions);
  torch::Tensor forward(const torch::Tensor& x, ComputePrecision precision);

 private:
  torch::nn::Conv2d conv1{nullptr}, conv2{nullptr};
  torch::nn::GroupNorm norm1{nullptr}, norm2{nullptr};
};
TORCH_MODULE(ConvBlock);

torch::Tensor upsampleTwice(const torch::Tensor& x);

// What the image path sees of images [batch, 1, rows, columns]; undefined where there is none.
struct ImageFeatures {
  torch::Tensor whole, half, quarter;  // [batch, imageWidths[i], rows / 2^i, columns / 2^i]
  torch::Tensor eighth;                // [batch, fusedWidth, rows / 8, columns / 8], with context

  ImageFeatures slice(std::int64_t first, std::int64_t last) const;  // of the batch
};

class DenseHeadImpl : public torch::nn::Module {
 public:
  explicit DenseHeadImpl(const DenseHeadGeometry& geometry);
  // A further task on the decoder of `trunk`: the same image path, projections and convolutions,
  // which stay the trunk's and are no parameters of this head; norms, some blocks and the output
  // layer of its own. All of them start as the trunk's, the outputs as far as it has them, so that
  // a head with as many outputs begins by computing exactly what the trunk does. Throws
  // PackageError for a block that there is not.
  DenseHeadImpl(const DenseHeadImpl& trunk, const SharedDecoderGeometry& own);

  // Sides divisible by 16.
  ImageFeatures readImages(const torch::Tensor& images, ComputePrecision precision);
  // levels as VitFeatures gives them, in the order of layers, of the same images.
  // Returns logits, float32 [batch, classes, rows, columns]: lastBlock() of beforeLastBlock().
  torch::Tensor forward(const ImageFeatures& seen, const std::vector<torch::Tensor>& levels,
                        ComputePrecision precision);
  // Everything but "up1" and the output layer: [batch, imageWidths[1], rows / 2, columns / 2].
  torch::Tensor beforeLastBlock(const ImageFeatures& seen, const std::vector<torch::Tensor>& levels,
                                ComputePrecision precision);
  // whole: ImageFeatures::whole of the same images; undefined where there is no image path.
  torch::Tensor lastBlock(const torch::Tensor& before, const torch::Tensor& whole,
                          ComputePrecision precision);

  const DenseHeadGeometry& geometry() const { return geometry_; }

 private:
  torch::Tensor fuseTokens(const std::vector<torch::Tensor>& levels, const torch::Tensor& eighth,
                           ComputePrecision precision);

  void shareBlocks(const DenseHeadImpl& trunk, const std::vector<std::string>& ownBlocks);

  DenseHeadGeometry geometry_;
  std::vector<torch::nn::Conv2d> projections_;
  ConvBlock fuse{nullptr};
  ConvBlock image1{nullptr}, image2{nullptr}, image4{nullptr}, image8{nullptr}, image16{nullptr};
  torch::nn::Conv2d context{nullptr};
  ConvBlock up4{nullptr}, up2{nullptr}, up1{nullptr};
  torch::nn::Conv2d classify{nullptr};
};
TORCH_MODULE(DenseHead);

}  // namespace cmr
