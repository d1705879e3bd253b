#include "plugin/worklist_encoding.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace cmr {

std::string worklistEncodingWarning(const std::string& configuration) {
  const auto json = nlohmann::json::parse(configuration);
  const std::string encoding = json.value("DefaultEncoding", std::string("Latin1"));
  std::string lower = encoding;  // Orthanc takes them in any case
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "utf8") return {};
  return "worklist answers leave out letters that Orthanc's DefaultEncoding, " + encoding +
         ", does not have, in names, too: set it to Utf8";
}

}  // namespace cmr
