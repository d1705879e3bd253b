// Parts of results as JSON, of which any may be missing or of another kind.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace cmr {

// null where there is none. The reference lives as long as `object`.
inline const nlohmann::json& partOf(const nlohmann::json& object, const char* key) {
  static const nlohmann::json nothing;
  return object.is_object() && object.contains(key) ? object.at(key) : nothing;
}

// Empty where there is none.
inline std::string textAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json& text = partOf(object, key);
  return text.is_string() ? text.get<std::string>() : std::string();
}

}  // namespace cmr
