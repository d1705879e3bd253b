#include "analysis/network.h"

#include "analysis/errors.h"

namespace cmr {
namespace {

// The U-Net's stand-in for tokens: features at 1/8, and their mean for the class token.
constexpr std::size_t eighthLevel = 3;

torch::Tensor locateFromUnet(HeartLocator& locator, const torch::Tensor& eighth) {
  return locator(eighth, eighth.mean({2, 3}));
}

int locatorWidth(const NetworkGeometry& g) {
  return (g.dense.useTokens ? g.vit.width : 0) + (g.dense.useImagePath ? g.dense.fusedWidth : 0);
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
  }
  locator = register_module("locator", HeartLocator(locatorWidth(g)));
  denseHead = register_module("seg_cine_sax", DenseHead(g.dense));
}

NetworkImpl::Features NetworkImpl::read(const torch::Tensor& images, ComputePrecision precision) {
  TokenLevels tokens;
  if (backbone) tokens = backbone->forwardLevels(images, geometry_.dense.layers, precision);
  return featuresFrom(images, tokens, precision);
}

NetworkImpl::Features NetworkImpl::featuresFrom(const torch::Tensor& images,
                                                const TokenLevels& tokens,
                                                ComputePrecision precision) {
  Features features;
  features.seen = denseHead->readImages(images, precision);
  if (backbone) {
    VitFeatures seen = backbone->featuresOf(tokens, geometry_.dense.layers, images);
    features.levels = std::move(seen.levels);
    features.classToken = seen.classToken;
    if (is_training() && geometry_.tokenDrop > 0 && geometry_.dense.useImagePath) {
      dropTokens(features);
    }
  }
  return features;
}

void NetworkImpl::dropTokens(Features& features) const {
  const torch::Tensor kept =
      torch::rand({features.classToken.size(0), 1}).ge(geometry_.tokenDrop).to(torch::kFloat32);
  features.classToken = features.classToken * kept.to(features.classToken.device());
  for (auto& level : features.levels) {
    level = level * kept.to(level.device()).view({-1, 1, 1, 1});
  }
}

torch::Tensor NetworkImpl::locateFrom(const Features& features) {
  std::vector<torch::Tensor> cells;
  std::vector<torch::Tensor> whole;
  if (!features.levels.empty()) {
    cells.push_back(features.levels.back().to(torch::kFloat32));
    whole.push_back(features.classToken.to(torch::kFloat32));
  }
  if (features.seen.eighth.defined()) {
    cells.push_back(features.seen.eighth.to(torch::kFloat32));
    whole.push_back(cells.back().mean({2, 3}));
  }
  return locator(torch::cat(cells, 1), torch::cat(whole, 1));
}

torch::Tensor NetworkImpl::segment(const torch::Tensor& crops, ComputePrecision precision) {
  if (unet) {
    return unet->decode(unet->encode(crops, precision), precision);
  }
  const Features features = read(crops, precision);
  return denseHead(features.seen, features.levels, precision);
}

CropPass NetworkImpl::segmentAndRead(const torch::Tensor& crops, const std::vector<int>& layers,
                                     ComputePrecision precision) {
  if (!backbone) {
    if (!layers.empty()) throw PackageError("this network has no backbone whose tokens to read");
    return {segment(crops, precision), {}};
  }
  CropPass pass;
  pass.tokens = readTokens(crops, layers, precision);
  const Features features = featuresFrom(crops, pass.tokens, precision);
  pass.logits = denseHead(features.seen, features.levels, precision);
  return pass;
}

torch::Tensor NetworkImpl::locate(const torch::Tensor& fields, ComputePrecision precision) {
  if (unet) {
    return locateFromUnet(locator, unet->encode(fields, precision)[eighthLevel]);
  }
  return locateFrom(read(fields, precision));
}

FirstLookPass NetworkImpl::look(const torch::Tensor& fields, const std::vector<int>& layers,
                                ComputePrecision precision) {
  if (!backbone) {
    if (!layers.empty()) throw PackageError("this network has no backbone whose tokens to read");
    return {locate(fields, precision), {}};
  }
  FirstLookPass pass;
  pass.tokens = readTokens(fields, layers, precision);
  pass.where = locateFrom(featuresFrom(fields, pass.tokens, precision));
  return pass;
}

std::vector<torch::Tensor> NetworkImpl::readLevels(const torch::Tensor& crops,
                                                   ComputePrecision precision) {
  if (!backbone) return {};
  return backbone->forward(crops, geometry_.dense.layers, precision).levels;
}

TokenLevels NetworkImpl::readTokens(const torch::Tensor& crops, const std::vector<int>& layers,
                                    ComputePrecision precision) {
  if (!backbone) return {};
  std::vector<int> all = geometry_.dense.layers;
  all.insert(all.end(), layers.begin(), layers.end());
  return backbone->forwardLevels(crops, all, precision);
}

std::vector<torch::Tensor> NetworkImpl::levelsFrom(const TokenLevels& tokens,
                                                   const torch::Tensor& crops) const {
  if (!backbone) return {};
  return backbone->featuresOf(tokens, geometry_.dense.layers, crops).levels;
}

const DenseHeadImpl& NetworkImpl::trunk() const {
  if (!denseHead) throw PackageError("this network has no decoder that a further task could share");
  return *denseHead;
}

std::pair<torch::Tensor, torch::Tensor> NetworkImpl::segmentAndLocate(const torch::Tensor& crops,
                                                                      const torch::Tensor& fields,
                                                                      ComputePrecision precision) {
  const auto n = crops.size(0);
  const torch::Tensor both = torch::cat({crops, fields});
  if (unet) {
    std::vector<torch::Tensor> levels = unet->encode(both, precision);
    const torch::Tensor where = locateFromUnet(locator, levels[eighthLevel].slice(0, n));
    for (auto& level : levels) {
      level = level.slice(0, 0, n);
    }
    return {unet->decode(levels, precision), where};
  }
  const Features all = read(both, precision);
  Features ofCrops{all.seen.slice(0, n), {}, {}};
  Features ofFields{all.seen.slice(n, both.size(0)), {}, {}};
  for (const auto& level : all.levels) {
    ofCrops.levels.push_back(level.slice(0, 0, n));
    ofFields.levels.push_back(level.slice(0, n));
  }
  if (all.classToken.defined()) ofFields.classToken = all.classToken.slice(0, n);
  return {denseHead(ofCrops.seen, ofCrops.levels, precision), locateFrom(ofFields)};
}

}  // namespace cmr
