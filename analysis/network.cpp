#include "analysis/network.h"

namespace cmr {
namespace {

// The U-Net's stand-in for tokens: features at 1/8, and the pooled bottleneck for the class token.
constexpr std::size_t eighthLevel = 3;

torch::Tensor locateFromUnet(HeartLocator& locator, const std::vector<torch::Tensor>& levels) {
  return locator(levels[eighthLevel], levels[eighthLevel].mean({2, 3}));
}

}  // namespace

NetworkImpl::NetworkImpl(const NetworkGeometry& g) : geometry_(g) {
  if (g.architecture == Architecture::unet) {
    unet = register_module("unet", Unet(g.unet));
    locator = register_module("locator", HeartLocator(g.unet.widths.at(eighthLevel)));
    return;
  }
  if (g.dense.useTokens) {
    backbone = register_module("backbone", Vit(g.vit, g.dropPath));
    locator = register_module("locator", HeartLocator(g.vit.width));
  }
  denseHead = register_module("seg_cine_sax", DenseHead(g.dense));
}

torch::Tensor NetworkImpl::segment(const torch::Tensor& crops, ComputePrecision precision) {
  if (unet) {
    return unet->decode(unet->encode(crops, precision), precision);
  }
  if (!backbone) {
    return denseHead(crops, std::vector<torch::Tensor>{}, precision);
  }
  return denseHead(crops, backbone(crops, geometry_.dense.layers, precision).levels, precision);
}

torch::Tensor NetworkImpl::locate(const torch::Tensor& fields, ComputePrecision precision) {
  if (unet) {
    return locateFromUnet(locator, unet->encode(fields, precision));
  }
  if (!backbone) {  // the image path alone has no first look: it always says the middle
    const auto cells = (fields.size(2) / locatorCellSize) * (fields.size(3) / locatorCellSize);
    torch::Tensor logits = torch::full({fields.size(0), cells + 1}, -20.0);
    logits.select(1, cells / 2 + fields.size(3) / locatorCellSize / 2).fill_(20.0);
    return logits;
  }
  const VitFeatures features = backbone(fields, std::vector<int>{geometry_.vit.depth}, precision);
  return locator(features.levels.back(), features.classToken);
}

std::pair<torch::Tensor, torch::Tensor> NetworkImpl::segmentAndLocate(const torch::Tensor& crops,
                                                                      const torch::Tensor& fields,
                                                                      ComputePrecision precision) {
  const auto n = crops.size(0);
  const torch::Tensor both = torch::cat({crops, fields});
  if (unet) {
    std::vector<torch::Tensor> levels = unet->encode(both, precision);
    const torch::Tensor where =
        locateFromUnet(locator, {levels[0], levels[1], levels[2], levels[eighthLevel].slice(0, n)});
    for (auto& level : levels) {
      level = level.slice(0, 0, n);
    }
    return {unet->decode(levels, precision), where};
  }
  if (!backbone) {
    return {segment(crops, precision), locate(fields, precision)};
  }
  VitFeatures features = backbone(both, geometry_.dense.layers, precision);
  const torch::Tensor where =
      locator(features.levels.back().slice(0, n), features.classToken.slice(0, n));
  for (auto& level : features.levels) {
    level = level.slice(0, 0, n);
  }
  return {denseHead(crops, features.levels, precision), where};
}

}  // namespace cmr
