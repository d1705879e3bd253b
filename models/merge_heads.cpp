#include "models/merge_heads.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "analysis/errors.h"
#include "analysis/package_weights.h"
#include "analysis/safetensors.h"
#include "analysis/script_permission.h"
#include "models/extend_package.h"

namespace cmr {
namespace {

constexpr const char* networkTask = "seg_cine_sax";
constexpr const char* unlikeTraining = "unlike_training";

bool isBesideTheNetwork(const std::string& owner, const ModelPackage& package) {
  return owner == unlikeTraining || (owner != networkTask && package.heads.count(owner) != 0);
}

// By name: hash of each file that holds something of the network.
std::map<std::string, std::string> networkFiles(const ModelPackage& package) {
  std::map<std::string, std::string> hashes;
  for (const PackageFile& file : package.files) {
    const std::string path = package.folder + "/" + file.path;
    if (std::filesystem::path(path).extension() != ".safetensors") continue;
    const SafetensorsFile shard = SafetensorsFile::open(path);
    const bool isOfNetwork = std::any_of(
        shard.tensors().begin(), shard.tensors().end(),
        [&](const auto& entry) { return !isBesideTheNetwork(ownerOf(entry.first), package); });
    if (isOfNetwork) hashes[file.path] = file.sha256;
  }
  return hashes;
}

void requireSameNetwork(const ModelPackage& package, const ModelPackage& other) {
  for (const char* key : {"network", "input"}) {
    if (package.manifest.at(key) != other.manifest.at(key)) {
      throw PackageError("the heads of " + other.folder + " belong to another network than " +
                         package.folder + " holds: \"" + key + "\" of the manifests differs");
    }
  }
  const auto expected = networkFiles(package);
  const auto found = networkFiles(other);
  if (found == expected) return;
  std::string different;
  for (const auto& [path, hash] : expected) {
    const auto same = found.find(path);
    if (same == found.end() || same->second != hash) different += " " + path;
  }
  throw PackageError("the heads of " + other.folder + " belong to another network than " +
                     package.folder + " holds; different:" + different);
}

// In the type in which they are stored.
void takeTensors(const ModelPackage& package, const std::string& owner, PackageAddition& into) {
  for (const PackageFile& file : package.files) {
    if (file.path.rfind("heads-", 0) != 0) continue;
    for (auto& [name, tensor] :
         tensorsOf(SafetensorsFile::open(package.folder + "/" + file.path))) {
      if (ownerOf(name) == owner) into.tensors[name] = tensor;
    }
  }
}

void takeHead(const ModelPackage& package, const std::string& task, PackageAddition& into) {
  if (into.heads.count(task) != 0) {
    throw PackageError("two of the packages hold a head for the task " + task +
                       "; name one, or the tasks to take");
  }
  if (!scriptOf(package.heads.at(task)).empty()) {
    throw PackageError("the head " + task + " of " + package.folder +
                       " is TorchScript, which is not taken over into another package");
  }
  into.heads[task] = package.heads.at(task);
  takeTensors(package, task, into);
  const auto training = package.manifest.value("training", nlohmann::json::object());
  const auto ofHeads = training.value("heads", nlohmann::json::object());
  if (ofHeads.contains(task)) into.training[task] = ofHeads.at(task);
  if (task == "sequence" && package.manifest.contains("unlikeTraining")) {
    into.unlikeTraining = package.manifest.at("unlikeTraining");
    takeTensors(package, unlikeTraining, into);
  }
}

}  // namespace

std::string mergeHeads(const std::string& package, const std::string& to, const HeadMerge& merge) {
  const ModelPackage base = openPackage(package);
  PackageAddition addition;
  addition.version = merge.version;
  addition.measured = merge.measured;
  std::set<std::string> missing(merge.tasks.begin(), merge.tasks.end());
  for (const std::string& folder : merge.from) {
    const ModelPackage other = openPackage(folder);
    requireSameNetwork(base, other);
    for (const auto& [task, head] : other.heads) {
      const bool isWanted = merge.tasks.empty() ? task != networkTask
                                                : std::find(merge.tasks.begin(), merge.tasks.end(),
                                                            task) != merge.tasks.end();
      if (!isWanted) continue;
      takeHead(other, task, addition);
      missing.erase(task);
    }
  }
  if (!missing.empty()) {
    throw PackageError("none of the packages holds a head for the task " + *missing.begin());
  }
  return extendPackage(package, to, addition);
}

}  // namespace cmr
