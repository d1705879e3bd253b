// What a model package says of itself, for people.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cmr {

// {"folder", "sha256" (of the manifest), "manifest", "card" (MODEL_CARD.md, or empty)}. Throws
// PackageError when there is no readable manifest.
nlohmann::json packageCard(const std::string& folder);

// {"disease": "its file ..."}: heads that are not run, as the site does not allow their
// TorchScript. Empty, too, for a manifest that cannot be used, which the package's own problem
// tells.
nlohmann::json silentHeadsOf(const std::string& folder,
                             const std::vector<std::string>& allowedScripts);

// silentHeadsOf, with each manifest parsed once. Thread ownership: any thread.
class SilentHeadsMemory {
 public:
  explicit SilentHeadsMemory(std::vector<std::string> allowedScripts);

  // sha256: of the manifest that is in use. Another file that lies there just now (a package is
  // being copied) is read and not remembered.
  nlohmann::json of(const std::string& folder, const std::string& sha256);

 private:
  const std::vector<std::string> allowedScripts_;
  std::mutex mutex_;                                                     // guards the rest
  std::map<std::pair<std::string, std::string>, nlohmann::json> known_;  // by folder and sha256
};

}  // namespace cmr
