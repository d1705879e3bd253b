// The architectures that can be asked for by name, and the forms in which the manifest holds them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/network.h"

namespace cmr {

// "vit-s8": ViT-S/8 with the dense head; "tokens" and "image-path": each half of it alone; "unet".
// Throws InputError for another name.
NetworkGeometry geometryByName(const std::string& name);

nlohmann::json geometryToJson(const NetworkGeometry& geometry);
// Throws PackageError naming what is missing or out of bounds.
NetworkGeometry geometryFromJson(const nlohmann::json& json);

}  // namespace cmr
