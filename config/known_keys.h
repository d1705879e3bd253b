// Refusing what a document does not know, with the name that was probably meant.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/document_place.h"

namespace cmr {

// Throws DocumentError naming the first key of `object` that is not in `known`.
void refuseUnknownKeys(const nlohmann::json& object, const std::vector<std::string>& known,
                       const DocumentPlace& place);

// The same of one key, for whoever goes on to the next one.
void refuseUnknownKey(const std::string& key, const std::vector<std::string>& known,
                      const DocumentPlace& place);

// "; did you mean \"rules\"?", or nothing when none of `known` is near.
std::string hintAt(std::string_view given, const std::vector<std::string>& known);

}  // namespace cmr
