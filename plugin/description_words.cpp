#include "plugin/description_words.h"

#include <algorithm>
#include <cctype>

namespace cmr {

std::string squeezed(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) result += static_cast<char>(std::tolower(byte));
  }
  return result;
}

bool holdsAny(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

bool hasValue(const std::string& multiple, std::string_view value) {
  const std::string bounded = '\\' + multiple + '\\';
  return bounded.find('\\' + std::string(value) + '\\') != std::string::npos;
}

}  // namespace cmr
