#include "config/known_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/strict_json.h"

namespace cmr {

void refuseUnknownKeys(const nlohmann::json& object, const std::vector<std::string>& known,
                       const DocumentPlace& place) {
  for (const auto& entry : object.items()) refuseUnknownKey(entry.key(), known, place);
}

void refuseUnknownKey(const std::string& key, const std::vector<std::string>& known,
                      const DocumentPlace& place) {
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  throw DocumentError(place.words() + " has the unknown key " + inQuotes(key) + hintAt(key, known),
                      place.at(key).pointer());
}

std::string hintAt(std::string_view given, const std::vector<std::string>& known) {
  const std::string meant = nearestOf(given, known);
  return meant.empty() ? std::string() : "; did you mean " + inQuotes(meant) + "?";
}

}  // namespace cmr
