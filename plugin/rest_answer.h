// What routes answer with: JSON, and the sentence of a refusal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "plugin/rest_routes.h"

namespace cmr {

RestResponse answer(int status, const nlohmann::json& body);
// {"error": sentence}
RestResponse refuse(int status, const std::string& sentence);

}  // namespace cmr
