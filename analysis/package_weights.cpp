#include "analysis/package_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "analysis/compute_choice.h"
#include "analysis/errors.h"
#include "analysis/network_presets.h"
#include "analysis/safetensors.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

constexpr std::size_t shardLimit = std::size_t{16} << 20;
constexpr std::string_view backbonePrefix = "backbone.";

struct Shard {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  std::size_t bytes = 0;
};

std::span<const std::byte> bytesOf(const torch::Tensor& tensor) {
  return {
      static_cast<const std::byte*>(tensor.data_ptr()),
      static_cast<std::size_t>(tensor.numel()) * static_cast<std::size_t>(tensor.element_size())};
}

PackageFile writeShard(const Shard& shard, const std::string& folder, const std::string& name) {
  std::vector<TensorEntry> entries;
  for (const auto& [tensorName, tensor] : shard.tensors) {
    entries.push_back({tensorName, DType::bfloat16, tensor.sizes().vec(), bytesOf(tensor)});
  }
  const std::string path = folder + "/" + name;
  writeSafetensors(path, entries, {{"format", "pt"}});
  std::ifstream in(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return {name, sha256Hex(content), content.size()};
}

std::vector<PackageFile> writeShards(const std::vector<Shard>& shards, const std::string& folder,
                                     const std::string& stem) {
  std::vector<PackageFile> files;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    files.push_back(
        writeShard(shards[i], folder, stem + "-" + std::to_string(i + 1) + ".safetensors"));
  }
  return files;
}

void add(std::vector<Shard>& shards, const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor stored = tensor.detach().to(torch::kBFloat16).contiguous();
  const std::size_t size = bytesOf(stored).size();
  // Room is left for the header, so that the file as a whole stays below the limit.
  if (shards.empty() || shards.back().bytes + size > shardLimit - (std::size_t{64} << 10)) {
    shards.emplace_back();
  }
  shards.back().tensors.emplace_back(name, stored);
  shards.back().bytes += size;
}

torch::ScalarType scalarType(DType type) {
  switch (type) {
    case DType::bfloat16:
      return torch::kBFloat16;
    case DType::float16:
      return torch::kFloat16;
    case DType::float32:
      return torch::kFloat32;
    default:
      throw PackageError("weights are stored as integers");
  }
}

torch::Tensor asStored(const TensorEntry& entry) {
  torch::Tensor tensor = torch::empty(entry.shape, scalarType(entry.dtype));
  std::memcpy(tensor.data_ptr(), entry.bytes.data(), entry.bytes.size());
  return tensor;
}

torch::Tensor toTensor(const TensorEntry& entry) { return asStored(entry).to(torch::kFloat32); }

bool holdsTensors(const PackageFile& file) {
  return std::filesystem::path(file.path).extension() == ".safetensors";
}

bool isOfBackbone(const PackageFile& file) { return file.path.rfind("backbone", 0) == 0; }

// "sequence" of "sequence.linear.weight".
std::string ownerOf(const std::string& tensor) { return tensor.substr(0, tensor.find('.')); }

// Heads that read what the network computes, and statistics of its features.
bool isBesideTheNetwork(const std::string& owner, const ModelPackage& package,
                        const Network& network) {
  const bool isAHead =
      package.heads.count(owner) != 0 && !network->named_children().contains(owner);
  return isAHead || (owner == "unlike_training" && package.manifest.contains("unlikeTraining"));
}

// The known answer does not pass through everything.
void requireNumbers(const torch::Tensor& values, const std::string& name, const std::string& file) {
  if (!torch::isfinite(values).all().item<bool>()) {
    throw PackageError(name + " in " + file + " holds values that are no numbers");
  }
}

void copyInto(torch::Tensor& target, const TensorEntry& entry, const std::string& name,
              const std::string& file) {
  if (target.sizes().vec() != entry.shape) {
    throw PackageError(name + " in " + file + " has another shape than the network");
  }
  const torch::Tensor values = toTensor(entry);
  requireNumbers(values, name, file);
  target.copy_(values);
}

}  // namespace

std::vector<PackageFile> writeWeights(const Network& network, const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::vector<Shard> backbone;
  std::vector<Shard> heads;
  for (const auto& item : network->named_parameters()) {
    if (item.key().rfind(backbonePrefix, 0) == 0) {
      add(backbone, item.key().substr(backbonePrefix.size()), item.value());
    } else {
      add(heads, item.key(), item.value());
    }
  }
  std::vector<PackageFile> files = writeShards(backbone, folder, "backbone");
  for (auto& file : writeShards(heads, folder, "heads")) {
    files.push_back(std::move(file));
  }
  return files;
}

Network readWeights(const ModelPackage& package) {
  Network network(geometryFromJson(package.manifest.at("network")));
  auto parameters = network->named_parameters();
  std::set<const torch::Tensor*> loaded;
  const torch::NoGradGuard guard;
  for (const PackageFile& file : package.files) {
    if (!holdsTensors(file)) continue;
    const SafetensorsFile shard = SafetensorsFile::open(package.folder + "/" + file.path);
    const bool backbone = isOfBackbone(file);
    for (const auto& [name, entry] : shard.tensors()) {
      torch::Tensor* target = parameters.find(backbone ? std::string(backbonePrefix) + name : name);
      if (target == nullptr) {
        if (!backbone && isBesideTheNetwork(ownerOf(name), package, network)) continue;
        throw PackageError(file.path + " holds " + name + ", which the network has no place for");
      }
      // One twice would stand in the count for another that is missing and stays random.
      if (!loaded.insert(target).second) {
        throw PackageError("the package holds " + name + " twice");
      }
      copyInto(*target, entry, name, file.path);
    }
  }
  if (loaded.size() != parameters.size()) {
    throw PackageError("the package holds " + std::to_string(loaded.size()) + " of the network's " +
                       std::to_string(parameters.size()) + " tensors");
  }
  network->eval();
  return network;
}

std::map<std::string, torch::Tensor> readTensors(const ModelPackage& package,
                                                 const std::string& owner) {
  std::map<std::string, torch::Tensor> tensors;
  for (const PackageFile& file : package.files) {
    if (!holdsTensors(file) || isOfBackbone(file)) continue;
    const SafetensorsFile shard = SafetensorsFile::open(package.folder + "/" + file.path);
    for (const auto& [name, entry] : shard.tensors()) {
      if (ownerOf(name) != owner || name == owner) continue;
      const torch::Tensor values = toTensor(entry);
      requireNumbers(values, name, file.path);
      if (!tensors.emplace(name.substr(owner.size() + 1), values).second) {
        throw PackageError("the package holds " + name + " twice");
      }
    }
  }
  return tensors;
}

std::map<std::string, torch::Tensor> tensorsOf(const SafetensorsFile& file) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& [name, entry] : file.tensors()) tensors[name] = asStored(entry);
  return tensors;
}

void fillParameters(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                    const std::string& what) {
  const torch::NoGradGuard guard;
  auto parameters = module.named_parameters();
  for (const auto& [name, values] : tensors) {
    torch::Tensor* target = parameters.find(name);
    if (target == nullptr) {
      throw PackageError("the package holds " + name + ", which " + what + " has no place for");
    }
    if (target->sizes() != values.sizes()) {
      throw PackageError(name + " of " + what + " has another shape than the manifest says");
    }
    target->copy_(values);
  }
  if (tensors.size() != parameters.size()) {
    throw PackageError("the package holds " + std::to_string(tensors.size()) + " of the " +
                       std::to_string(parameters.size()) + " tensors of " + what);
  }
}

torch::Tensor knownAnswerImage(int size) {
  torch::Tensor image = torch::empty({1, 1, size, size});
  auto pixels = image.accessor<float, 4>();
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      // A bright disk in a dark ring on a slope: roughly a heart, exactly a formula.
      const double r = std::hypot(x - size / 2.0, y - size / 2.0);
      pixels[0][0][y][x] = static_cast<float>(r < 15   ? 0.9
                                              : r < 24 ? 0.2
                                                       : 0.4 + 0.2 * std::sin(x * 0.11 + y * 0.07));
    }
  }
  return image;
}

std::vector<double> knownAnswerPlaces(const torch::Tensor& logits) {
  const auto size = logits.size(2);
  std::vector<double> answer;
  // The smallest pictures end before the ring's middle.
  for (const auto at : {size / 2, std::min(size / 2 + 19, size - 1), size / 8}) {
    for (std::int64_t k = 0; k < logits.size(0); ++k) {
      answer.push_back(logits[k][size / 2][at].item<double>());
    }
  }
  return answer;
}

std::vector<double> knownAnswerLogits(Network& network, int size, ComputePrecision precision) {
  const torch::InferenceMode guard;
  return knownAnswerPlaces(network->segment(knownAnswerImage(size), precision)[0]);
}

void checkKnownAnswer(Network& network, const ModelPackage& package, ComputePrecision precision) {
  const std::vector<double> found = knownAnswerLogits(network, package.input.size, precision);
  const std::vector<double>& expected = package.knownAnswer.logits;
  if (found.size() != expected.size()) {
    throw PackageError("the package's known answer has another length than the network's");
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!(std::abs(found[i] - expected[i]) <= package.knownAnswer.tolerance)) {
      throw PackageError(
          "the package's known answer is not reproduced: value " + std::to_string(i) + " is " +
          std::to_string(found[i]) + ", expected " + std::to_string(expected[i]) + " within " +
          std::to_string(package.knownAnswer.tolerance) + " in " + precisionName(precision));
    }
  }
}

}  // namespace cmr
