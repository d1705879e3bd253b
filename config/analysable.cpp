#include "config/analysable.h"

#include <algorithm>

namespace cmr {
namespace {

std::string valueOf(const SeriesFacts& facts, const char* keyword) {
  const auto found = facts.tags.find(keyword);
  return found == facts.tags.end() ? std::string() : found->second;
}

}  // namespace

const std::vector<std::string>& analysableClasses() {
  static const std::vector<std::string> classes{
      "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"};
  return classes;
}

std::string barOf(const SeriesFacts& facts, bool own) {
  if (own) return "its objects were written by this program";
  const std::string Modality = valueOf(facts, "Modality");
  const std::string SOPClassUID = valueOf(facts, "SOPClassUID");
  if (Modality != analysableModality) return "its modality is \"" + Modality + "\", not \"MR\"";
  const auto& classes = analysableClasses();
  if (std::find(classes.begin(), classes.end(), SOPClassUID) == classes.end()) {
    return "its objects are no MR images (SOP class " + SOPClassUID + ")";
  }
  return {};
}

}  // namespace cmr
