// Versions of what people change, as HTTP carries them (RFC 9110, 8.8.3 and 13.1.1).
#pragma once

#include <string>

namespace cmr {

// For the header ETag.
inline std::string entityTag(const std::string& version) {
  std::string text(1, '"');
  text.append(version).push_back('"');
  return text;
}

// Of the header If-Match, which names a version in quotes, or bare. What
// "*", for any version, asks for is the caller's to say.
inline std::string versionNamed(const std::string& ifMatch) {
  const bool isQuoted = ifMatch.size() >= 2 && ifMatch.front() == '"' && ifMatch.back() == '"';
  return isQuoted ? ifMatch.substr(1, ifMatch.size() - 2) : ifMatch;
}

}  // namespace cmr
