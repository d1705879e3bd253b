#include "models/view_tokens.h"

#include <algorithm>
#include <map>

#include "models/augment.h"
#include "models/multi_crop.h"

namespace cmr {
namespace {

constexpr std::size_t viewsPerPass = 16;

// Collects views and sends them through the backbone a few at a time.
class Reader {
 public:
  Reader(Network& network, int size, const std::vector<int>& layers, ComputePrecision precision)
      : network_(network), size_(size), layers_(layers), precision_(precision) {}

  void add(std::vector<float> view) {
    waiting_.push_back(std::move(view));
    if (waiting_.size() == viewsPerPass) flush();
  }

  void flush() {
    if (waiting_.empty()) return;
    torch::Tensor images =
        torch::empty({static_cast<std::int64_t>(waiting_.size()), 1, size_, size_});
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      std::copy(waiting_[i].begin(), waiting_[i].end(),
                images[static_cast<std::int64_t>(i)].data_ptr<float>());
    }
    const FirstLookPass pass = network_->look(images, layers_, precision_);
    for (const int layer : layers_) {
      parts_[layer].push_back(pass.tokens.at(layer).to(torch::kCPU, torch::kBFloat16));
    }
    classTokens_.push_back(
        pass.tokens.rbegin()->second.select(1, 0).to(torch::kCPU, torch::kFloat32).clone());
    waiting_.clear();
  }

  void moveInto(ViewTokens& tokens) {
    flush();
    for (auto& [layer, parts] : parts_) {
      tokens.levels[layer] = torch::cat(parts);
      parts.clear();
    }
    tokens.classTokens = torch::cat(classTokens_);
  }

 private:
  Network& network_;
  int size_;
  std::vector<int> layers_;
  ComputePrecision precision_;
  std::vector<std::vector<float>> waiting_;
  std::map<int, std::vector<torch::Tensor>> parts_;
  std::vector<torch::Tensor> classTokens_;
};

}  // namespace

std::vector<std::vector<float>> viewsOf(const PretrainImage& image, int size,
                                        const ViewOptions& options) {
  std::vector<std::vector<float>> views{plainView(image, size)};
  MultiCropOptions changes;
  for (int i = 0; i < options.augmented; ++i) {
    views.push_back(drawView(image, size, {options.leastArea, options.mostArea},
                             mixSeed(options.seed, static_cast<std::uint64_t>(i)), changes));
  }
  return views;
}

ViewTokens readViews(Network& network, int size, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& options,
                     ComputePrecision precision, const std::function<void(std::size_t)>& report) {
  const torch::NoGradGuard guard;
  ViewTokens tokens;
  Reader reader(network, size, layers, precision);
  for (std::size_t i = 0; i < images.size(); ++i) {
    ViewOptions own = options;
    own.seed = mixSeed(options.seed, i);
    std::uint8_t isPlain = 1;
    for (std::vector<float>& view : viewsOf(images[i].image, size, own)) {
      reader.add(std::move(view));
      tokens.imageOf.push_back(i);
      tokens.isPlain.push_back(isPlain);
      isPlain = 0;
    }
    if (report) report(i + 1);
  }
  reader.moveInto(tokens);
  return tokens;
}

void poolOnce(ViewTokens& tokens) {
  const torch::NoGradGuard guard;
  constexpr std::int64_t step = 64;
  PooledHeadGeometry geometry;
  geometry.tokenWidth = static_cast<int>(tokens.classTokens.size(1));
  geometry.layers.clear();
  for (const auto& [layer, level] : tokens.levels) geometry.layers.push_back(layer);
  PooledHead head(geometry);
  const std::int64_t count = tokens.classTokens.size(0);
  std::vector<torch::Tensor> parts;
  for (std::int64_t first = 0; first < count; first += step) {
    TokenLevels part;
    for (const auto& [layer, level] : tokens.levels) {
      part[layer] = level.slice(0, first, std::min(count, first + step));
    }
    parts.push_back(head->pool(part));
  }
  tokens.pooled = torch::cat(parts);
}

}  // namespace cmr
