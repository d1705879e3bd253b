// The keywords of DICOM's dictionary, taken from DCMTK's copy of PS3.6 when the program is built.
#include <algorithm>

#include "config/check_rules.h"
#include "config/shipped_keywords.h"
#include "config/strict_json.h"

namespace cmr {
namespace {

std::vector<std::string> sortedWords(std::string_view rest) {
  std::vector<std::string> all;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) all.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> sorted = sortedWords(shippedKeywords);
  return sorted;
}

}  // namespace

bool isDicomKeyword(std::string_view keyword) {
  const auto& all = keywords();
  return all.empty() || std::binary_search(all.begin(), all.end(), std::string(keyword));
}

bool isDicomSequence(std::string_view keyword) {
  static const std::vector<std::string> sequences = sortedWords(shippedSequences);
  return std::binary_search(sequences.begin(), sequences.end(), std::string(keyword));
}

bool isSingleValued(std::string_view keyword) {
  static const std::vector<std::string> several = sortedWords(shippedMultiples);
  return !keywords().empty() && isDicomKeyword(keyword) &&
         !std::binary_search(several.begin(), several.end(), std::string(keyword));
}

std::string nearestDicomKeyword(std::string_view keyword) { return nearestOf(keyword, keywords()); }

}  // namespace cmr
