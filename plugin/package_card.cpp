#include "plugin/package_card.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/errors.h"
#include "analysis/script_permission.h"
#include "analysis/sha256.h"

namespace cmr {
namespace {

constexpr std::size_t largestText = 1 << 20;  // bytes

std::optional<std::string> textOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(largestText + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > largestText) return std::nullopt;
  return text;
}

nlohmann::json silentHeadsIn(const std::string& manifest,
                             const std::vector<std::string>& allowedScripts) {
  nlohmann::json heads = nlohmann::json::object();
  try {
    for (const SilentHead& head :
         headsNotAllowed(nlohmann::json::parse(manifest), allowedScripts)) {
      heads[head.task] = head.reason;
    }
  } catch (const PackageError&) {
  } catch (const nlohmann::json::exception&) {
  }
  return heads;
}

}  // namespace

nlohmann::json packageCard(const std::string& folder) {
  const std::string path = folder + "/manifest.json";
  const auto manifest = textOfFile(path);
  if (!manifest) throw PackageError("the model package has no readable " + path);
  const auto parsed = nlohmann::json::parse(*manifest, nullptr, false);
  if (!parsed.is_object()) throw PackageError(path + " is no JSON object");
  return {{"folder", folder},
          {"sha256", sha256Hex(*manifest)},
          {"manifest", parsed},
          {"card", textOfFile(folder + "/MODEL_CARD.md").value_or("")}};
}

nlohmann::json silentHeadsOf(const std::string& folder,
                             const std::vector<std::string>& allowedScripts) {
  const auto manifest = textOfFile(folder + "/manifest.json");
  return manifest ? silentHeadsIn(*manifest, allowedScripts) : nlohmann::json::object();
}

SilentHeadsMemory::SilentHeadsMemory(std::vector<std::string> allowedScripts)
    : allowedScripts_(std::move(allowedScripts)) {}

nlohmann::json SilentHeadsMemory::of(const std::string& folder, const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  const std::pair key{folder, sha256};
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  const auto manifest = textOfFile(folder + "/manifest.json");
  if (!manifest) return nlohmann::json::object();
  nlohmann::json heads = silentHeadsIn(*manifest, allowedScripts_);
  if (sha256Hex(*manifest) == sha256) known_[key] = heads;
  return heads;
}

}  // namespace cmr
