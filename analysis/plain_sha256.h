// A SHA-256 that a person wrote, in the form in which packages state theirs.
#pragma once

#include <string>

namespace cmr {

// 64 hexadecimal digits in lower case; empty when the text is no SHA-256.
inline std::string plainSha256(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool isOne =
      text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return isOne ? text : std::string();
}

}  // namespace cmr
