// The backbone: a vision transformer whose size is data and whose parameter names are timm's
// (patch_embed.proj, cls_token, pos_embed, blocks.N.norm1, blocks.N.attn.qkv, ..., norm), so that
// any such checkpoint in safetensors form loads unconverted.
// Source: Dosovitskiy et al., ICLR 2021; layout of timm's VisionTransformer.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <vector>

#include "analysis/compute_precision.h"
#include "analysis/token_stream.h"

namespace cmr {

struct VitGeometry {
  int patchSize = 8;
  int width = 384;
  int depth = 12;
  int heads = 6;
  int mlpRatio = 4;
  int inputChannels = 1;
  int positionGrid = 16;  // pos_embed holds positionGrid^2 patch positions and one for the class
  double layerNormEpsilon = 1e-6;
};

class VitBlockImpl : public torch::nn::Module {
 public:
  VitBlockImpl(const VitGeometry& geometry, double dropPath);
  // tokens: [batch, tokens, width], float32 or, on a GPU where nothing is learned, the compute
  // type; gets what the block adds to them.
  void forward(TokenStream& tokens, ComputePrecision precision);

 private:
  torch::Tensor attention(const torch::Tensor& normed, ComputePrecision precision);
  torch::Tensor perceptron(const torch::Tensor& normed, ComputePrecision precision);
  torch::Tensor dropPath(const torch::Tensor& branch);

  int heads_;
  double dropPath_;
  torch::nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  torch::nn::Linear qkv{nullptr}, proj{nullptr}, fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(VitBlock);

// By layer, from 1 (after the first block): [batch, 1 + patches, width], the class token first;
// float32 or, on a GPU where nothing is learned, the compute type. The last layer is taken after
// the final norm.
using TokenLevels = std::map<int, torch::Tensor>;

struct VitFeatures {
  std::vector<torch::Tensor> levels;  // [batch, width, gridRows, gridColumns], one per layer asked
  torch::Tensor classToken;           // [batch, width], after the final norm
};

class VitImpl : public torch::nn::Module {
 public:
  explicit VitImpl(const VitGeometry& geometry, double dropPathRate = 0);

  // images: float32 [batch, channels, rows, columns], sides divisible by the patch size. The
  // position embedding is interpolated (bicubic) when the grid differs from the trained one.
  // layers counts from 1 (after the first block); the last layer is taken after the final norm.
  VitFeatures forward(const torch::Tensor& images, const std::vector<int>& layers,
                      ComputePrecision precision);

  // The tokens of the layers asked for, all from one pass, and always those of the last layer.
  TokenLevels forwardLevels(const torch::Tensor& images, const std::vector<int>& layers,
                            ComputePrecision precision);
  // Such tokens as forward gives them, of those of the layers asked for.
  VitFeatures featuresOf(const TokenLevels& tokens, const std::vector<int>& layers,
                         const torch::Tensor& images) const;

  // All tokens after the final norm, [batch, 1 + patches, width]: what timm's forward_features
  // gives.
  torch::Tensor forwardTokens(const torch::Tensor& images, ComputePrecision precision);

  const VitGeometry& geometry() const { return geometry_; }
  // Pictures that were sent through it so far.
  std::int64_t picturesRead() const { return picturesRead_; }

 private:
  torch::Tensor embed(const torch::Tensor& images, ComputePrecision precision);
  torch::Tensor embedForReading(const torch::Tensor& images, ComputePrecision precision);
  torch::Tensor positions(std::int64_t gridRows, std::int64_t gridColumns) const;

  VitGeometry geometry_;
  std::int64_t picturesRead_ = 0;
  torch::nn::Conv2d patchProjection{nullptr};
  torch::Tensor classToken_, positionEmbedding_;
  std::vector<VitBlock> blocks_;
  torch::nn::LayerNorm norm{nullptr};
};
TORCH_MODULE(Vit);

}  // namespace cmr
