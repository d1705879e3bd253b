#include "analysis/dense_head.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "analysis/errors.h"

namespace cmr {
namespace {

torch::nn::Conv2d conv3(int in, int out, int stride = 1) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
}

torch::nn::GroupNorm groupNorm(int width) {
  return torch::nn::GroupNorm(torch::nn::GroupNormOptions(std::max(1, width / 8), width));
}

// Of two modules of one make.
void copyValues(const torch::nn::Module& from, torch::nn::Module& to) {
  const torch::NoGradGuard guard;
  const auto values = from.named_parameters();
  for (auto& item : to.named_parameters()) item.value().copy_(values[item.key()]);
}

torch::Tensor joined(const torch::Tensor& up, const torch::Tensor& skip) {
  return skip.defined() ? torch::cat({up, skip}, 1) : up;
}

}  // namespace

ConvBlockImpl::ConvBlockImpl(int in, int out, int stride) {
  conv1 = register_module("conv1", conv3(in, out, stride));
  norm1 = register_module("norm1", groupNorm(out));
  conv2 = register_module("conv2", conv3(out, out));
  norm2 = register_module("norm2", groupNorm(out));
}

ConvBlockImpl::ConvBlockImpl(const ConvBlockImpl& other, Convolutions convolutions) {
  const auto in = static_cast<int>(other.conv1->options.in_channels());
  const auto out = static_cast<int>(other.conv1->options.out_channels());
  norm1 = register_module("norm1", groupNorm(out));
  norm2 = register_module("norm2", groupNorm(out));
  copyValues(*other.norm1, *norm1);
  copyValues(*other.norm2, *norm2);
  if (convolutions == Convolutions::shared) {
    conv1 = other.conv1;
    conv2 = other.conv2;
    return;
  }
  const auto stride = static_cast<int>(other.conv1->options.stride()->front());
  conv1 = register_module("conv1", conv3(in, out, stride));
  conv2 = register_module("conv2", conv3(out, out));
  copyValues(*other.conv1, *conv1);
  copyValues(*other.conv2, *conv2);
}

torch::Tensor ConvBlockImpl::forward(const torch::Tensor& x, ComputePrecision precision) {
  const torch::Tensor first = torch::relu(norm1(convIn(x, conv1, precision)));
  return torch::relu(norm2(convIn(first, conv2, precision)));
}

torch::Tensor upsampleTwice(const torch::Tensor& x) {
  namespace F = torch::nn::functional;
  return F::interpolate(x, F::InterpolateFuncOptions()
                               .scale_factor(std::vector<double>{2.0, 2.0})
                               .mode(torch::kBilinear)
                               .align_corners(false));
}

DenseHeadImpl::DenseHeadImpl(const DenseHeadGeometry& g) : geometry_(g) {
  if (g.imageWidths.size() != 3 || g.layers.empty() || (!g.useTokens && !g.useImagePath)) {
    throw PackageError("a dense head needs three image widths, a layer, and something to read");
  }
  const int w1 = g.imageWidths[0];
  const int w2 = g.imageWidths[1];
  const int w4 = g.imageWidths[2];
  const int levelWidth = 64;
  if (g.useTokens) {
    for (std::size_t i = 0; i < g.layers.size(); ++i) {
      projections_.push_back(register_module(
          "project" + std::to_string(i),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(g.tokenWidth, levelWidth, 1))));
    }
    const int fromTokens = levelWidth * static_cast<int>(g.layers.size());
    fuse = register_module(
        "fuse", ConvBlock(fromTokens + (g.useImagePath ? g.fusedWidth : 0), g.fusedWidth));
  }
  if (g.useImagePath) {
    image1 = register_module("image1", ConvBlock(1, w1));
    image2 = register_module("image2", ConvBlock(w1, w2, 2));
    image4 = register_module("image4", ConvBlock(w2, w4, 2));
    image8 = register_module("image8", ConvBlock(w4, g.fusedWidth, 2));
    image16 = register_module("image16", ConvBlock(g.fusedWidth, g.fusedWidth, 2));
    context = register_module(
        "context", torch::nn::Conv2d(torch::nn::Conv2dOptions(g.fusedWidth, g.fusedWidth, 1)));
  }
  const int s4 = g.useImagePath ? w4 : 0;
  const int s2 = g.useImagePath ? w2 : 0;
  const int s1 = g.useImagePath ? w1 : 0;
  up4 = register_module("up4", ConvBlock(g.fusedWidth + s4, w4));
  up2 = register_module("up2", ConvBlock(w4 + s2, w2));
  up1 = register_module("up1", ConvBlock(w2 + s1, w1));
  classify =
      register_module("classify", torch::nn::Conv2d(torch::nn::Conv2dOptions(w1, g.classes, 1)));
}

DenseHeadImpl::DenseHeadImpl(const DenseHeadImpl& trunk, const SharedDecoderGeometry& own)
    : geometry_(trunk.geometry_), projections_(trunk.projections_), context(trunk.context) {
  geometry_.classes = own.outputs;
  shareBlocks(trunk, own.ownBlocks);
  const auto in = trunk.classify->options.in_channels();
  classify =
      register_module("classify", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, own.outputs, 1)));
  const torch::NoGradGuard guard;
  const auto same = std::min<std::int64_t>(own.outputs, trunk.geometry_.classes);
  classify->weight.slice(0, 0, same).copy_(trunk.classify->weight.slice(0, 0, same));
  classify->bias.slice(0, 0, same).copy_(trunk.classify->bias.slice(0, 0, same));
}

void DenseHeadImpl::shareBlocks(const DenseHeadImpl& trunk,
                                const std::vector<std::string>& ownBlocks) {
  using Block = ConvBlock DenseHeadImpl::*;
  static const std::vector<std::pair<std::string, Block>> blocks{
      {"fuse", &DenseHeadImpl::fuse},     {"image1", &DenseHeadImpl::image1},
      {"image2", &DenseHeadImpl::image2}, {"image4", &DenseHeadImpl::image4},
      {"image8", &DenseHeadImpl::image8}, {"image16", &DenseHeadImpl::image16},
      {"up4", &DenseHeadImpl::up4},       {"up2", &DenseHeadImpl::up2},
      {"up1", &DenseHeadImpl::up1}};
  std::set<std::string> left(ownBlocks.begin(), ownBlocks.end());
  for (const auto& [name, member] : blocks) {
    const ConvBlock& theirs = trunk.*member;
    if (theirs.is_empty()) continue;
    const auto convolutions = left.erase(name) != 0 ? ConvBlockImpl::Convolutions::copied
                                                    : ConvBlockImpl::Convolutions::shared;
    this->*member = register_module(name, ConvBlock(*theirs, convolutions));
  }
  if (!left.empty()) {
    throw PackageError("a dense head has no block '" + *left.begin() + "' to own");
  }
}

ImageFeatures ImageFeatures::slice(std::int64_t first, std::int64_t last) const {
  if (!whole.defined()) return {};
  return {whole.slice(0, first, last), half.slice(0, first, last), quarter.slice(0, first, last),
          eighth.slice(0, first, last)};
}

ImageFeatures DenseHeadImpl::readImages(const torch::Tensor& images, ComputePrecision precision) {
  ImageFeatures seen;
  if (!geometry_.useImagePath) return seen;
  seen.whole = image1(images, precision);
  seen.half = image2(seen.whole, precision);
  seen.quarter = image4(seen.half, precision);
  const torch::Tensor eighth = image8(seen.quarter, precision);
  const torch::Tensor around = convIn(image16(eighth, precision), context, precision);
  seen.eighth = eighth + upsampleTwice(around);
  return seen;
}

torch::Tensor DenseHeadImpl::fuseTokens(const std::vector<torch::Tensor>& levels,
                                        const torch::Tensor& eighth, ComputePrecision precision) {
  if (levels.size() != projections_.size()) {
    throw PackageError("the dense head reads " + std::to_string(projections_.size()) +
                       " backbone layers and was given " + std::to_string(levels.size()));
  }
  std::vector<torch::Tensor> projected;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    projected.push_back(convIn(levels[i], projections_[i], precision));
  }
  if (eighth.defined()) {
    projected.push_back(eighth);
  }
  return fuse(torch::cat(projected, 1), precision);
}

torch::Tensor DenseHeadImpl::beforeLastBlock(const ImageFeatures& seen,
                                             const std::vector<torch::Tensor>& levels,
                                             ComputePrecision precision) {
  torch::Tensor y = geometry_.useTokens ? fuseTokens(levels, seen.eighth, precision) : seen.eighth;
  y = up4(joined(upsampleTwice(y), seen.quarter), precision);
  return up2(joined(upsampleTwice(y), seen.half), precision);
}

torch::Tensor DenseHeadImpl::lastBlock(const torch::Tensor& before, const torch::Tensor& whole,
                                       ComputePrecision precision) {
  const torch::Tensor y = up1(joined(upsampleTwice(before), whole), precision);
  return convIn(y, classify, ComputePrecision::float32);
}

torch::Tensor DenseHeadImpl::forward(const ImageFeatures& seen,
                                     const std::vector<torch::Tensor>& levels,
                                     ComputePrecision precision) {
  return lastBlock(beforeLastBlock(seen, levels, precision), seen.whole, precision);
}

}  // namespace cmr
