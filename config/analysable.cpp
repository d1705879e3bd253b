#include "config/analysable.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace cmr {
namespace {

// PS3.6 A: MR Image, Enhanced MR Image, Legacy Converted Enhanced MR Image Storage.
constexpr std::array<std::string_view, 3> analysableClasses{
    "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"};

std::string valueOf(const SeriesFacts& facts, const char* keyword) {
  const auto found = facts.tags.find(keyword);
  return found == facts.tags.end() ? std::string() : found->second;
}

}  // namespace

std::string barOf(const SeriesFacts& facts, bool own) {
  if (own) return "its objects were written by this program";
  const std::string Modality = valueOf(facts, "Modality");
  const std::string SOPClassUID = valueOf(facts, "SOPClassUID");
  if (Modality != "MR") return "its modality is \"" + Modality + "\", not \"MR\"";
  if (std::find(analysableClasses.begin(), analysableClasses.end(), SOPClassUID) ==
      analysableClasses.end()) {
    return "its objects are no MR images (SOP class " + SOPClassUID + ")";
  }
  return {};
}

}  // namespace cmr
