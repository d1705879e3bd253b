#include "analysis/vit.h"

#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/errors.h"

namespace cmr {
namespace {

// Registering "attn.qkv" directly is refused (dots in names), so the nesting of timm's names is
// made of plain container modules.
struct NamedGroupImpl : torch::nn::Module {};
using NamedGroup = std::shared_ptr<NamedGroupImpl>;

NamedGroup group() { return std::make_shared<NamedGroupImpl>(); }

torch::nn::LayerNorm layerNorm(const VitGeometry& g) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({g.width}).eps(g.layerNormEpsilon));
}

// softmax(q k^T / sqrt(width of a head)) v of [batch, heads, tokens, width of a head].
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v) {
#if TORCH_VERSION_MAJOR >= 2
  if (q.is_cuda()) return at::scaled_dot_product_attention(q, k, v);
#endif
  const torch::Tensor query = q * (1.0 / std::sqrt(static_cast<double>(q.size(3))));
  return torch::matmul(torch::softmax(torch::matmul(query, k.transpose(-2, -1)), -1), v);
}

// What pointwise operations read. On a CPU their bfloat16 forms are slower than the product before
// them, so that they take float32; a GPU spends its time on moving them, so that they stay small.
torch::Tensor pointwise(const torch::Tensor& x) { return x.is_cuda() ? x : x.to(torch::kFloat32); }

// Sums and variances are float32 inside whatever the tokens are.
torch::Tensor normed(const torch::Tensor& tokens, const torch::nn::LayerNorm& norm) {
  return torch::layer_norm(tokens, norm->options.normalized_shape(),
                           norm->weight.to(tokens.scalar_type()),
                           norm->bias.to(tokens.scalar_type()), norm->options.eps());
}

}  // namespace

VitBlockImpl::VitBlockImpl(const VitGeometry& g, double dropPath)
    : heads_(g.heads), dropPath_(dropPath) {
  norm1 = register_module("norm1", layerNorm(g));
  const auto attn = register_module("attn", group());
  qkv = attn->register_module("qkv", torch::nn::Linear(g.width, 3 * g.width));
  proj = attn->register_module("proj", torch::nn::Linear(g.width, g.width));
  norm2 = register_module("norm2", layerNorm(g));
  const auto mlp = register_module("mlp", group());
  fc1 = mlp->register_module("fc1", torch::nn::Linear(g.width, g.mlpRatio * g.width));
  fc2 = mlp->register_module("fc2", torch::nn::Linear(g.mlpRatio * g.width, g.width));
}

torch::Tensor VitBlockImpl::attention(const torch::Tensor& normed, ComputePrecision precision) {
  const auto batch = normed.size(0);
  const auto tokens = normed.size(1);
  const auto width = normed.size(2);
  const auto headWidth = width / heads_;
  const torch::Tensor mixed = linearIn(normed, qkv, precision)
                                  .reshape({batch, tokens, 3, heads_, headWidth})
                                  .permute({2, 0, 3, 1, 4});
  const torch::Tensor gathered =
      attend(mixed[0], mixed[1], mixed[2]).transpose(1, 2).reshape({batch, tokens, width});
  return linearIn(gathered, proj, precision);
}

// Stochastic depth per sample (Huang et al., ECCV 2016).
torch::Tensor VitBlockImpl::dropPath(const torch::Tensor& branch) {
  if (!is_training() || dropPath_ <= 0) {
    return branch;
  }
  const double keep = 1.0 - dropPath_;
  const torch::Tensor mask =
      torch::rand({branch.size(0), 1, 1}, branch.options()).lt(keep).to(branch.dtype()) / keep;
  return branch * mask;
}

torch::Tensor VitBlockImpl::forward(const torch::Tensor& tokens, ComputePrecision precision) {
  const torch::Tensor mixed =
      tokens + dropPath(pointwise(attention(normed(tokens, norm1), precision)));
  const torch::Tensor hidden =
      torch::gelu(pointwise(linearIn(normed(mixed, norm2), fc1, precision)));
  return mixed + dropPath(pointwise(linearIn(hidden, fc2, precision)));
}

VitImpl::VitImpl(const VitGeometry& g, double dropPathRate) : geometry_(g) {
  const auto patchEmbed = register_module("patch_embed", group());
  patchProjection = patchEmbed->register_module(
      "proj",
      torch::nn::Conv2d(
          torch::nn::Conv2dOptions(g.inputChannels, g.width, g.patchSize).stride(g.patchSize)));
  classToken_ = register_parameter("cls_token", torch::randn({1, 1, g.width}) * 0.02);
  positionEmbedding_ = register_parameter(
      "pos_embed", torch::randn({1, 1 + g.positionGrid * g.positionGrid, g.width}) * 0.02);
  const auto blocks = register_module("blocks", group());
  for (int i = 0; i < g.depth; ++i) {
    const double rate = g.depth > 1 ? dropPathRate * i / (g.depth - 1) : 0;
    blocks_.push_back(blocks->register_module(std::to_string(i), VitBlock(g, rate)));
  }
  norm = register_module("norm", layerNorm(g));
  torch::NoGradGuard guard;
  for (auto& item : named_parameters()) {
    torch::Tensor& p = item.value();
    if (p.dim() == 2) {
      p.normal_(0.0, 0.02).clamp_(-0.04, 0.04);
    } else if (p.dim() == 1 && item.key().find("norm") == std::string::npos) {
      p.zero_();
    }
  }
}

torch::Tensor VitImpl::positions(std::int64_t gridRows, std::int64_t gridColumns) const {
  const std::int64_t trained = geometry_.positionGrid;
  if (gridRows == trained && gridColumns == trained) {
    return positionEmbedding_;
  }
  const torch::Tensor grid = positionEmbedding_.slice(1, 1)
                                 .reshape({1, trained, trained, geometry_.width})
                                 .permute({0, 3, 1, 2});
  namespace F = torch::nn::functional;
  const torch::Tensor resized =
      F::interpolate(grid, F::InterpolateFuncOptions()
                               .size(std::vector<std::int64_t>{gridRows, gridColumns})
                               .mode(torch::kBicubic)
                               .align_corners(false));
  return torch::cat({positionEmbedding_.slice(1, 0, 1), resized.flatten(2).transpose(1, 2)}, 1);
}

torch::Tensor VitImpl::embed(const torch::Tensor& images, ComputePrecision precision) {
  if (images.dim() != 4 || images.size(1) != geometry_.inputChannels ||
      images.size(2) % geometry_.patchSize != 0 || images.size(3) % geometry_.patchSize != 0) {
    throw InputError("the backbone takes [batch, " + std::to_string(geometry_.inputChannels) +
                     ", rows, columns] with sides divisible by " +
                     std::to_string(geometry_.patchSize));
  }
  picturesRead_ += images.size(0);
  const torch::Tensor grid = convIn(images, patchProjection, precision);
  const torch::Tensor patches = grid.flatten(2).transpose(1, 2);
  const torch::Tensor tokens =
      torch::cat({classToken_.expand({images.size(0), -1, -1}), patches}, 1);
  const torch::Tensor placed = tokens + positions(grid.size(2), grid.size(3));
  // Training sums its small steps in float32; what is only read may be as short as the products.
  const bool reading = !torch::GradMode::is_enabled() && placed.is_cuda();
  return reading ? toCompute(placed, precision) : placed;
}

TokenLevels VitImpl::forwardLevels(const torch::Tensor& images, const std::vector<int>& layers,
                                   ComputePrecision precision) {
  TokenLevels levels;
  torch::Tensor tokens = embed(images, precision);
  for (int layer = 1; layer <= geometry_.depth; ++layer) {
    tokens = blocks_[static_cast<std::size_t>(layer - 1)]->forward(tokens, precision);
    if (layer == geometry_.depth) {
      levels[layer] = normed(tokens, norm);
    } else if (std::find(layers.begin(), layers.end(), layer) != layers.end()) {
      levels[layer] = tokens;
    }
  }
  return levels;
}

VitFeatures VitImpl::featuresOf(const TokenLevels& tokens, const std::vector<int>& layers,
                                const torch::Tensor& images) const {
  VitFeatures features;
  for (const auto& [layer, level] : tokens) {
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) continue;
    features.levels.push_back(level.slice(1, 1).transpose(1, 2).reshape(
        {images.size(0), geometry_.width, images.size(2) / geometry_.patchSize,
         images.size(3) / geometry_.patchSize}));
  }
  features.classToken = tokens.at(geometry_.depth).select(1, 0);
  return features;
}

VitFeatures VitImpl::forward(const torch::Tensor& images, const std::vector<int>& layers,
                             ComputePrecision precision) {
  return featuresOf(forwardLevels(images, layers, precision), layers, images);
}

torch::Tensor VitImpl::forwardTokens(const torch::Tensor& images, ComputePrecision precision) {
  torch::Tensor tokens = embed(images, precision);
  for (auto& block : blocks_) {
    tokens = block->forward(tokens, precision);
  }
  return normed(tokens, norm).to(torch::kFloat32);
}

}  // namespace cmr
