#include "models/backbone_file.h"

#include <cmath>
#include <cstring>

#include "analysis/errors.h"
#include "analysis/safetensors.h"

namespace cmr {
namespace {

constexpr const char* positionName = "pos_embed";
constexpr const char* patchName = "patch_embed.proj.weight";

torch::ScalarType scalarType(DType type, const std::string& name) {
  switch (type) {
    case DType::float32:
      return torch::kFloat32;
    case DType::bfloat16:
      return torch::kBFloat16;
    case DType::float16:
      return torch::kFloat16;
    default:
      throw PackageError(name + " holds integers");
  }
}

torch::Tensor tensorOf(const TensorEntry& entry) {
  torch::Tensor tensor = torch::empty(entry.shape, scalarType(entry.dtype, entry.name));
  std::memcpy(tensor.data_ptr(), entry.bytes.data(), entry.bytes.size());
  return tensor.to(torch::kFloat32);
}

std::string withoutPrefix(std::string name) {
  for (const std::string prefix : {"module.", "backbone."}) {
    if (name.rfind(prefix, 0) == 0) {
      name = name.substr(prefix.size());
    }
  }
  return name;
}

bool isClassifier(const std::string& name) {
  return name.rfind("head.", 0) == 0 || name.rfind("fc_norm.", 0) == 0;
}

std::int64_t gridSide(const torch::Tensor& positions) {
  const std::int64_t patches = positions.size(1) - 1;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(patches))));
  return side * side == patches ? side : 0;
}

// As the backbone itself does for pictures of another size.
torch::Tensor onAnotherGrid(const torch::Tensor& positions, std::int64_t from, std::int64_t to) {
  namespace F = torch::nn::functional;
  const torch::Tensor grid =
      positions.slice(1, 1).reshape({1, from, from, positions.size(2)}).permute({0, 3, 1, 2});
  const torch::Tensor resized = F::interpolate(grid, F::InterpolateFuncOptions()
                                                         .size(std::vector<std::int64_t>{to, to})
                                                         .mode(torch::kBicubic)
                                                         .align_corners(false));
  return torch::cat({positions.slice(1, 0, 1), resized.flatten(2).transpose(1, 2)}, 1);
}

torch::Tensor fitted(const std::string& name, torch::Tensor values, const torch::Tensor& target,
                     std::vector<std::string>& notes) {
  if (name == positionName && values.dim() == 3 && values.size(1) != target.size(1) &&
      values.size(2) == target.size(2)) {
    const std::int64_t from = gridSide(values);
    const std::int64_t to = gridSide(target);
    if (from > 0 && to > 0) {
      notes.push_back("the position embedding was interpolated from a grid of " +
                      std::to_string(from) + " to one of " + std::to_string(to) + " a side");
      return onAnotherGrid(values, from, to);
    }
  }
  if (name == patchName && values.dim() == 4 && values.size(1) == 3 && target.size(1) == 1) {
    notes.push_back("the patch embedding's three colours were added up for one of grey");
    return values.sum(1, true);
  }
  return values;
}

}  // namespace

void writeBackbone(const std::string& path, const torch::nn::Module& backbone,
                   const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<std::string, torch::Tensor>> held;
  for (const auto& item : backbone.named_parameters()) {
    held.emplace_back(item.key(), item.value().detach().to(torch::kFloat32).contiguous());
  }
  std::vector<TensorEntry> entries;
  for (const auto& [name, tensor] : held) {
    entries.push_back({name,
                       DType::float32,
                       tensor.sizes().vec(),
                       {static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()}});
  }
  auto all = metadata;
  all.emplace("format", "pt");
  writeSafetensors(path, entries, all);
}

std::vector<std::string> loadBackbone(const std::string& path, torch::nn::Module& backbone) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  const torch::NoGradGuard guard;
  auto parameters = backbone.named_parameters();
  std::vector<std::string> notes;
  std::map<std::string, torch::Tensor> found;
  bool classifier = false;
  for (const auto& [stored, entry] : file.tensors()) {
    const std::string name = withoutPrefix(stored);
    torch::Tensor* target = parameters.find(name);
    if (target == nullptr && isClassifier(name)) {
      classifier = true;
      continue;
    }
    if (target == nullptr) {
      throw PackageError(path + " holds " + stored + ", which the backbone has no place for");
    }
    const torch::Tensor values = fitted(name, tensorOf(entry), *target, notes);
    if (values.sizes() != target->sizes()) {
      throw PackageError(stored + " in " + path + " has another shape than the backbone");
    }
    if (!torch::isfinite(values).all().item<bool>()) {
      throw PackageError(stored + " in " + path + " holds values that are no numbers");
    }
    found[name] = values;
  }
  for (const auto& item : parameters) {
    if (found.find(item.key()) == found.end()) {
      throw PackageError(path + " lacks " + item.key());
    }
  }
  for (auto& [name, values] : found) {
    parameters[name].copy_(values);
  }
  if (classifier) {
    notes.emplace_back("a classifier that came with the backbone was left out");
  }
  return notes;
}

}  // namespace cmr
