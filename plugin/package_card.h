// What a model package says of itself, for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
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

}  // namespace cmr
