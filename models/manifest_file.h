// The manifest of a package on disk.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cmr {

// Writes manifest.json whole or not at all: what it names has to be there before. Throws
// ResourceError.
void writeManifest(const std::string& folder, const nlohmann::json& manifest);

}  // namespace cmr
