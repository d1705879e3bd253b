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

torch::Tensor VitBlockImpl::perceptron(const torch::Tensor& normed, ComputePrecision precision) {
#if TORCH_VERSION_MAJOR >= 2
  // One kernel for product, bias and GELU, in its form by tanh: that differs from erf's by 5e-4 at
  // most, where bfloat16 rounds the values near one by 4e-3 (Hendrycks and Gimpel, 2016).
  if (normed.is_cuda() && normed.scalar_type() == torch::kBFloat16 &&
      precision == ComputePrecision::bfloat16 && !torch::GradMode::is_enabled()) {
    const torch::Tensor hidden =
        at::_addmm_activation(toCompute(fc1->bias, precision), normed.flatten(0, 1),
                              toCompute(fc1->weight, precision).t(), 1, 1, /*use_gelu=*/true);
    return linearIn(hidden.view({normed.size(0), normed.size(1), -1}), fc2, precision);
  }
#endif
  return linearIn(torch::gelu(pointwise(linearIn(normed, fc1, precision))), fc2, precision);
}

void VitBlockImpl::forward(TokenStream& tokens, ComputePrecision precision) {
  tokens.add(dropPath(pointwise(attention(tokens.normed(norm1), precision))));
  tokens.add(dropPath(pointwise(perceptron(tokens.normed(norm2), precision))));
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

// Patches as rows of a matrix, which a GPU multiplies faster than it convolves one channel, and
// every token written once.
torch::Tensor VitImpl::embedForReading(const torch::Tensor& images, ComputePrecision precision) {
  const std::int64_t side = geometry_.patchSize;
  const std::int64_t rows = images.size(2) / side;
  const std::int64_t columns = images.size(3) / side;
  const torch::Device device = patchProjection->weight.device();
  const torch::Tensor patches = toCompute(images.to(device), precision)
                                    .reshape({images.size(0), -1, rows, side, columns, side})
                                    .permute({0, 2, 4, 1, 3, 5})
                                    .reshape({images.size(0), rows * columns, -1});
  const torch::Tensor projected =
      torch::linear(patches, toCompute(patchProjection->weight, precision).flatten(1),
                    toCompute(patchProjection->bias, precision));
  const torch::Tensor places = toCompute(positions(rows, columns), precision);
  const torch::Tensor tokens =
      torch::empty({images.size(0), 1 + rows * columns, geometry_.width}, projected.options());
  tokens.slice(1, 0, 1).copy_(toCompute(classToken_, precision) + places.slice(1, 0, 1));
  torch::Tensor others = tokens.slice(1, 1);
  torch::add_out(others, projected, places.slice(1, 1));
  return tokens;
}

torch::Tensor VitImpl::embed(const torch::Tensor& images, ComputePrecision precision) {
  if (images.dim() != 4 || images.size(1) != geometry_.inputChannels ||
      images.size(2) % geometry_.patchSize != 0 || images.size(3) % geometry_.patchSize != 0) {
    throw InputError("the backbone takes [batch, " + std::to_string(geometry_.inputChannels) +
                     ", rows, columns] with sides divisible by " +
                     std::to_string(geometry_.patchSize));
  }
  picturesRead_ += images.size(0);
  // Training sums its small steps in float32; what is only read may be as short as the products.
  if (!torch::GradMode::is_enabled() && patchProjection->weight.is_cuda()) {
    return embedForReading(images, precision);
  }
  const torch::Tensor grid = convIn(images, patchProjection, precision);
  const torch::Tensor patches = grid.flatten(2).transpose(1, 2);
  const torch::Tensor tokens =
      torch::cat({classToken_.expand({images.size(0), -1, -1}), patches}, 1);
  return tokens + positions(grid.size(2), grid.size(3));
}

TokenLevels VitImpl::forwardLevels(const torch::Tensor& images, const std::vector<int>& layers,
                                   ComputePrecision precision) {
  TokenLevels levels;
  TokenStream tokens(embed(images, precision));
  for (int layer = 1; layer <= geometry_.depth; ++layer) {
    blocks_[static_cast<std::size_t>(layer - 1)]->forward(tokens, precision);
    if (layer == geometry_.depth) {
      levels[layer] = tokens.normed(norm);
    } else if (std::find(layers.begin(), layers.end(), layer) != layers.end()) {
      levels[layer] = tokens.sum();
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
  TokenStream tokens(embed(images, precision));
  for (auto& block : blocks_) {
    block->forward(tokens, precision);
  }
  return tokens.normed(norm).to(torch::kFloat32);
}

}  // namespace cmr
