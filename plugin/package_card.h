// What a model package says of itself, for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cmr {

// {"folder", "sha256" (of the manifest), "manifest", "card" (MODEL_CARD.md, or empty)}. Throws
// PackageError when there is no readable manifest.
nlohmann::json packageCard(const std::string& folder);

}  // namespace cmr
