#include "models/view_tokens.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "analysis/errors.h"
#include "models/augment.h"
#include "models/image_changes.h"
#include "models/multi_crop.h"

namespace cmr {
namespace {

constexpr std::size_t viewsPerPass = 16;

// Collects views and sends them through the backbone a few at a time.
class Reader {
 public:
  Reader(Network& network, int size, const std::vector<int>& layers, bool arePooled,
         ComputePrecision precision)
      : network_(network), size_(size), layers_(layers), precision_(precision) {
    if (arePooled) pool_ = PooledHead(PooledHeadGeometry{network->geometry().vit.width, layers});
  }

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
    TokenLevels levels;
    for (const int layer : layers_) {
      levels[layer] = pass.tokens.at(layer).to(torch::kCPU, torch::kBFloat16);
    }
    if (pool_) {
      pooled_.push_back(pool_->pool(levels));
    } else {
      for (const int layer : layers_) parts_[layer].push_back(levels[layer]);
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
    if (pool_) tokens.pooled = torch::cat(pooled_);
    tokens.classTokens = torch::cat(classTokens_);
  }

 private:
  Network& network_;
  int size_;
  std::vector<int> layers_;
  ComputePrecision precision_;
  PooledHead pool_{nullptr};
  std::vector<std::vector<float>> waiting_;
  std::map<int, std::vector<torch::Tensor>> parts_;
  std::vector<torch::Tensor> pooled_;
  std::vector<torch::Tensor> classTokens_;
};

// How far from its middle a heart may lie in a crop, and by how much the size may differ: the
// search for the heart is seldom further off, and patients are not of one size.
constexpr double placeDeviationMm = 5;
constexpr double sizeDeviation = 0.06;

std::vector<float> cropOf(const LabelledImage& image, int size, double spacingMm) {
  const PretrainImage& p = image.image;
  const PixelMap map = cropMap(p.columnSpacingMm, p.columnSpacingMm * p.rowsPerColumn,
                               image.heart->column, image.heart->row, spacingMm, size);
  std::vector<float> view = sampleImage({p.pixels, p.rows, p.columns}, map, size);
  normaliseIntensity(view);
  return view;
}

// Turned and mirrored about the heart.
std::vector<float> changedCrop(const LabelledImage& image, int size, double spacingMm,
                               std::uint64_t seed) {
  const PretrainImage& p = image.image;
  const MultiCropOptions changes;
  std::mt19937_64 rng(seed);
  std::normal_distribution<double> normal;
  const double column = image.heart->column + normal(rng) * placeDeviationMm / p.columnSpacingMm;
  const double row =
      image.heart->row + normal(rng) * placeDeviationMm / (p.columnSpacingMm * p.rowsPerColumn);
  const double pixel = spacingMm * std::exp(sizeDeviation * normal(rng)) / p.columnSpacingMm;
  PixelMap map = rotatedMap(column, row * p.rowsPerColumn, pixel,
                            drawRotation(rng, changes.rotationDegrees), size);
  if (drawChance(rng, changes.flipProbability)) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}}) {
      map.m[at + 2] += map.m[at] * (size - 1);
      map.m[at] = -map.m[at];
    }
  }
  for (const std::size_t at : {3U, 4U, 5U}) map.m[at] /= p.rowsPerColumn;
  std::vector<float> view = sampleImage({p.pixels, p.rows, p.columns}, map, size);
  changeAppearance(view, size, rng, changes.appearance);
  return view;
}

std::vector<std::vector<float>> cropsOf(const LabelledImage& image, int size,
                                        const ViewOptions& options) {
  if (!image.heart || image.image.columnSpacingMm <= 0) {
    throw InputError(image.image.name +
                     (image.heart ? " tells no pixel spacing: name it in the table's spacing_mm"
                                  : " shows no heart to see a crop about"));
  }
  std::vector<std::vector<float>> views{cropOf(image, size, options.cropSpacingMm)};
  for (int i = 0; i < options.augmented; ++i) {
    views.push_back(changedCrop(image, size, options.cropSpacingMm,
                                mixSeed(options.seed, static_cast<std::uint64_t>(i))));
  }
  return views;
}

}  // namespace

std::vector<std::vector<float>> viewsOf(const LabelledImage& labelled, int size,
                                        const ViewOptions& options) {
  if (options.look == HeadLook::crop) return cropsOf(labelled, size, options);
  const PretrainImage& image = labelled.image;
  std::vector<std::vector<float>> views{plainView(image, size)};
  MultiCropOptions changes;
  for (int i = 0; i < options.augmented; ++i) {
    views.push_back(drawView(image, size, {options.leastArea, options.mostArea},
                             mixSeed(options.seed, static_cast<std::uint64_t>(i)), changes));
  }
  return views;
}

ViewTokens readViews(Network& network, int size, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& options, bool arePooled,
                     ComputePrecision precision, const std::function<void(std::size_t)>& report) {
  const torch::NoGradGuard guard;
  ViewTokens tokens;
  Reader reader(network, size, layers, arePooled, precision);
  for (std::size_t i = 0; i < images.size(); ++i) {
    ViewOptions own = options;
    own.seed = mixSeed(options.seed, i);
    std::uint8_t isPlain = 1;
    for (std::vector<float>& view : viewsOf(images[i], size, own)) {
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

}  // namespace cmr
