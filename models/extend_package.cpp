#include "models/extend_package.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>
#include <vector>

#include "analysis/decoder_description.h"
#include "analysis/errors.h"
#include "analysis/package_heads.h"
#include "analysis/package_weights.h"
#include "analysis/safetensors.h"
#include "analysis/sha256.h"
#include "analysis/task_decoder.h"
#include "models/manifest_file.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

using Tensors = std::map<std::string, torch::Tensor>;

// Tensors that are replaced are dropped with their shard; what else the shard holds moves into the
// new one.
Tensors takeOverFromReplacedShards(ModelPackage& package,
                                   const std::function<bool(const std::string&)>& isReplaced) {
  Tensors kept;
  std::vector<PackageFile> files;
  for (const PackageFile& file : package.files) {
    bool drops = false;
    if (file.path.rfind("heads-", 0) == 0) {
      const SafetensorsFile shard = SafetensorsFile::open(package.folder + "/" + file.path);
      for (const auto& [name, entry] : shard.tensors()) drops |= isReplaced(name);
      if (drops) {
        for (const auto& [name, tensor] : tensorsOf(shard)) {
          if (!isReplaced(name)) kept[name] = tensor;
        }
      }
    }
    if (!drops) files.push_back(file);
  }
  package.files = files;
  return kept;
}

std::string freeShardName(const std::vector<PackageFile>& files) {
  for (int n = 1;; ++n) {
    const std::string name = "heads-" + std::to_string(n) + ".safetensors";
    if (std::none_of(files.begin(), files.end(),
                     [&](const PackageFile& file) { return file.path == name; })) {
      return name;
    }
  }
}

std::span<const std::byte> bytesOf(const torch::Tensor& tensor) {
  return {
      static_cast<const std::byte*>(tensor.data_ptr()),
      static_cast<std::size_t>(tensor.numel()) * static_cast<std::size_t>(tensor.element_size())};
}

PackageFile writeShard(const std::string& folder, const std::string& name, const Tensors& tensors) {
  std::vector<torch::Tensor> alive;
  std::vector<TensorEntry> entries;
  for (const auto& [tensorName, tensor] : tensors) {
    const bool wide = tensor.scalar_type() == torch::kFloat32;
    alive.push_back(tensor.detach().contiguous());
    entries.push_back({tensorName, wide ? DType::float32 : DType::bfloat16, tensor.sizes().vec(),
                       bytesOf(alive.back())});
  }
  writeSafetensors(folder + "/" + name, entries, {{"format", "pt"}});
  std::ifstream in(folder + "/" + name, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  return {name, sha256Hex(content), content.size()};
}

void copyFiles(const ModelPackage& package, const std::string& to) {
  fs::create_directories(to);
  std::error_code error;
  if (fs::equivalent(package.folder, to, error)) return;
  if (fs::exists(fs::path(to) / "manifest.json")) {
    throw PackageError(to + " holds a package already");
  }
  for (const PackageFile& file : package.files) {
    fs::copy_file(fs::path(package.folder) / file.path, fs::path(to) / file.path,
                  fs::copy_options::overwrite_existing, error);
    if (error) throw ResourceError("cannot copy " + file.path + " to " + to);
  }
}

// As the manifest lists what the package's own head outlines.
void setRightVentricleEvidence(json& manifest, const std::string& evidence) {
  if (evidence.empty()) return;
  for (json& label : manifest.at("heads").at("seg_cine_sax").at("labels")) {
    if (label.at("name") == "rv_cavity") label["evidence"] = evidence;
  }
}

json filesOf(const ModelPackage& package) {
  json files = json::array();
  for (const PackageFile& file : package.files) {
    files.push_back({{"path", file.path}, {"sha256", file.sha256}, {"bytes", file.bytes}});
  }
  return files;
}

void stateMeasured(json& heads, const json& measured) {
  for (const auto& [task, figures] : measured.items()) {
    if (!heads.contains(task)) {
      throw PackageError("something was measured of " + task + ", for which there is no head");
    }
    heads[task]["measured"] = figures;
  }
}

// From the weights as they are stored, in float32, as the network's own.
void fillKnownAnswers(ModelPackage& package, const PackageAddition& addition) {
  Network network = readWeights(package);
  for (ClassificationHead& head : readClassificationHeads(package)) {
    if (addition.heads.count(head.description.task) == 0) continue;
    const double asked = addition.heads.at(head.description.task).knownAnswer.tolerance;
    head.description.knownAnswer = {
        asked > 0 ? asked : 0.25,
        knownAnswerOf(head, network, package.input.size, ComputePrecision::float32)};
    package.manifest["heads"][head.description.task] = toJson(head.description);
  }
  for (TaskDecoder& decoder : readTaskDecoders(package, network)) {
    HeadDescription& head = decoder.description;
    if (addition.heads.count(head.task) == 0) continue;
    head.knownAnswer = {
        0.25, knownAnswerOf(decoder, network, package.input.size, ComputePrecision::float32)};
    package.manifest["heads"][head.task] = toJson(head);
  }
}

// The one asked for, else the next.
std::string takeVersion(ModelPackage& package, const std::string& asked) {
  const std::string version = asked.empty() ? nextMinorVersion(package.identity.version) : asked;
  package.manifest["version"] = version;
  return version;
}

constexpr const char* lastBlock = "up1";

}  // namespace

std::string ownerOf(const std::string& tensor) { return tensor.substr(0, tensor.find('.')); }

std::string nextMinorVersion(const std::string& version) {
  std::istringstream in(version);
  int major = 0;
  int minor = 0;
  char dot = 0;
  in >> major >> dot >> minor;
  return std::to_string(major) + "." + std::to_string(minor + 1) + ".0";
}

void prepareTarget(const std::string& from, const std::string& to, bool resumed) {
  std::error_code error;
  fs::create_directories(to, error);
  if (fs::equivalent(from, to, error)) return;
  const fs::path manifest = fs::path(to) / "manifest.json";
  if (fs::exists(manifest)) {
    if (!resumed) throw PackageError(to + " holds a package already");
    fs::remove(manifest, error);
  }
  const fs::path probe = fs::path(to) / ".writable";
  std::ofstream(probe) << "?";
  if (!fs::remove(probe, error)) throw ResourceError("cannot write to " + to);
}

std::string extendPackage(const std::string& from, const std::string& to,
                          const PackageAddition& addition) {
  ModelPackage package = openPackage(from);
  for (const auto& [task, head] : addition.heads) {
    if (task == "seg_cine_sax") {
      throw PackageError("seg_cine_sax is the package's network itself and cannot be added to it");
    }
    package.manifest["heads"][task] = toJson(head);
  }
  stateMeasured(package.manifest["heads"], addition.measured);
  package.heads = headsOf(package.manifest);
  std::set<std::string> replaced;
  for (const auto& [name, tensor] : addition.tensors) replaced.insert(ownerOf(name));
  Tensors tensors = takeOverFromReplacedShards(
      package, [&](const std::string& name) { return replaced.count(ownerOf(name)) != 0; });
  tensors.insert(addition.tensors.begin(), addition.tensors.end());
  copyFiles(package, to);
  package.folder = to;
  if (!tensors.empty()) {
    package.files.push_back(writeShard(to, freeShardName(package.files), tensors));
  }
  package.manifest["files"] = filesOf(package);
  const std::string version = takeVersion(package, addition.version);
  if (!addition.unlikeTraining.is_null()) {
    package.manifest["unlikeTraining"] = addition.unlikeTraining;
  }
  for (const auto& [task, entry] : addition.training.items()) {
    package.manifest["training"]["heads"][task] = entry;
  }
  fillKnownAnswers(package, addition);
  writeManifest(to, package.manifest);
  return version;
}

void requireOwnLastBlock(const ModelPackage& package) {
  for (const auto& [task, head] : package.heads) {
    if (!sharesADecoder(head)) continue;
    const std::vector<std::string> own = decoderFromJson(head.network, task).ownBlocks;
    if (std::find(own.begin(), own.end(), lastBlock) != own.end()) continue;
    throw PackageError("the head " + task + " of " + package.folder + " shares the block " +
                       lastBlock + " of seg_cine_sax and would change with it");
  }
}

std::string changeOwnHead(const std::string& from, const std::string& to,
                          const OwnHeadChange& change, const std::string& version) {
  ModelPackage package = openPackage(from);
  requireOwnLastBlock(package);
  const auto isChanged = [&](const std::string& name) { return change.tensors.count(name) != 0; };
  Tensors tensors = takeOverFromReplacedShards(package, isChanged);
  tensors.insert(change.tensors.begin(), change.tensors.end());
  copyFiles(package, to);
  package.folder = to;
  package.files.push_back(writeShard(to, freeShardName(package.files), tensors));
  std::sort(package.files.begin(), package.files.end(),
            [](const PackageFile& a, const PackageFile& b) { return a.path < b.path; });
  package.manifest["files"] = filesOf(package);
  const std::string named = takeVersion(package, version);
  package.manifest["training"]["heads"]["seg_cine_sax"] = change.training;
  // What was measured of the earlier weights is not true of these; the first look is unchanged.
  setRightVentricleEvidence(package.manifest, change.rightVentricleEvidence);
  json& validation = package.manifest["metrics"]["validation"];
  for (const char* const old : {"step", "lvMyocardiumDice"}) validation.erase(old);
  validation.update(change.validation);
  Network network = readWeights(package);
  package.manifest["knownAnswer"]["logits"] =
      knownAnswerLogits(network, package.input.size, ComputePrecision::float32);
  writeManifest(to, package.manifest);
  return named;
}

}  // namespace cmr
