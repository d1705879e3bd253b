#include "plugin/worklist_query.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cmr {
namespace {

using Json = nlohmann::json;

constexpr const char* SpecificCharacterSet = "0008,0005";
constexpr const char* ScheduledProcedureStepSequence = "0040,0100";
constexpr const char* ScheduledProtocolCodeSequence = "0040,0008";

bool isPrivate(const std::string& tag) {
  constexpr std::string_view oddDigits = "13579bBdDfF";
  return tag.size() == 9 && oddDigits.find(tag[3]) != std::string_view::npos;
}

Json publicKeys(const Json& item) {
  Json kept = Json::object();
  for (const auto& [tag, value] : item.items()) {
    if (isPrivate(tag) || tag == SpecificCharacterSet) continue;
    if (value.is_array()) {
      kept[tag] = Json::array();
      for (const Json& nested : value) kept[tag].push_back(publicKeys(nested));
    } else {
      kept[tag] = value.is_string() ? value : Json("");
    }
  }
  return kept;
}

const Json* firstItem(const Json* item, const char* sequence) {
  if (item == nullptr) return nullptr;
  const auto found = item->find(sequence);
  if (found == item->end() || !found->is_array() || found->empty()) return nullptr;
  return &found->front();
}

}  // namespace

bool hasPrivateKeys(const Json& query) {
  const auto entries = query.items();
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) {
    const Json& value = entry.value();
    return isPrivate(entry.key()) ||
           (value.is_array() && std::any_of(value.begin(), value.end(), hasPrivateKeys));
  });
}

Json withoutPrivateKeys(const Json& query) {
  Json kept = publicKeys(query);
  kept[SpecificCharacterSet] = "ISO_IR 192";
  return kept;
}

bool namesACode(const Json& query) {
  const Json* code =
      firstItem(firstItem(&query, ScheduledProcedureStepSequence), ScheduledProtocolCodeSequence);
  return code != nullptr && std::any_of(code->begin(), code->end(), [](const Json& value) {
           return value.is_string() && !value.get_ref<const std::string&>().empty();
         });
}

}  // namespace cmr
