#include "models/token_cache.h"

#include <filesystem>
#include <span>

#include "analysis/package_weights.h"
#include "analysis/safetensors.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

template <typename Value>
void add(Sha256& hash, const std::vector<Value>& values) {
  hash.update({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)});
}

TensorEntry entryOf(const std::string& name, const torch::Tensor& tensor) {
  return {name,
          DType::float32,
          tensor.sizes().vec(),
          {static_cast<const std::byte*>(tensor.data_ptr()),
           static_cast<std::size_t>(tensor.numel()) * sizeof(float)}};
}

}  // namespace

std::string tokenKey(const ModelPackage& package, const std::vector<LabelledImage>& images,
                     const std::vector<int>& layers, const ViewOptions& views,
                     ComputePrecision precision) {
  Sha256 hash;
  for (const PackageFile& file : package.files) {
    if (file.path.rfind("backbone", 0) == 0) hash.update(file.sha256);
  }
  add(hash, std::vector<double>{static_cast<double>(package.input.size)});
  add(hash, layers);
  add(hash, std::vector<double>{static_cast<double>(views.augmented),
                                static_cast<double>(views.seed), views.leastArea, views.mostArea,
                                precision == ComputePrecision::float32 ? 0.0 : 1.0});
  const bool isCrop = views.look == HeadLook::crop;
  if (isCrop) add(hash, std::vector<double>{views.cropSpacingMm});
  for (const LabelledImage& image : images) {
    add(hash,
        std::vector<double>{static_cast<double>(image.image.rows),
                            static_cast<double>(image.image.columns), image.image.rowsPerColumn});
    add(hash, image.image.pixels);
    if (isCrop && image.heart) {
      add(hash,
          std::vector<double>{image.heart->column, image.heart->row, image.image.columnSpacingMm});
    }
  }
  return hash.hex();
}

void writeTokens(const std::string& path, const std::string& key, const ViewTokens& tokens) {
  const torch::Tensor pooled = tokens.pooled.contiguous();
  const torch::Tensor classTokens = tokens.classTokens.to(torch::kFloat32).contiguous();
  torch::Tensor places = torch::empty({static_cast<std::int64_t>(tokens.imageOf.size()), 2});
  for (std::size_t i = 0; i < tokens.imageOf.size(); ++i) {
    places[static_cast<std::int64_t>(i)][0] = static_cast<float>(tokens.imageOf[i]);
    places[static_cast<std::int64_t>(i)][1] = static_cast<float>(tokens.isPlain[i]);
  }
  writeSafetensors(
      path,
      {entryOf("pooled", pooled), entryOf("class_tokens", classTokens), entryOf("places", places)},
      {{"key", key}});
}

bool readTokens(const std::string& path, const std::string& key, ViewTokens& tokens) {
  if (!std::filesystem::exists(path)) return false;
  const SafetensorsFile file = SafetensorsFile::open(path);
  const auto stored = file.metadata().find("key");
  if (stored == file.metadata().end() || stored->second != key) return false;
  const auto tensors = tensorsOf(file);
  tokens = {};
  tokens.pooled = tensors.at("pooled");
  tokens.classTokens = tensors.at("class_tokens");
  const torch::Tensor places = tensors.at("places");
  const auto at = places.accessor<float, 2>();
  for (std::int64_t i = 0; i < places.size(0); ++i) {
    tokens.imageOf.push_back(static_cast<std::size_t>(at[i][0]));
    tokens.isPlain.push_back(static_cast<std::uint8_t>(at[i][1]));
  }
  return true;
}

}  // namespace cmr
