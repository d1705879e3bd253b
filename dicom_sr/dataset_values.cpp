#include "dicom_sr/dataset_values.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cmath>
#include <cstdlib>

#include "dicom_sr/verdict_error.h"

namespace cmr {
namespace {

std::string withoutPadding(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  return text;
}

}  // namespace

std::string verbatimOf(DcmItem& item, const DcmTagKey& tag) {
  const char* value = nullptr;
  if (item.findAndGetString(tag, value).bad() || value == nullptr) return {};
  return withoutPadding(value);
}

std::string textOf(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFStringArray(tag, value).bad()) return {};
  return withoutPadding(std::string(value.c_str(), value.length()));
}

std::vector<double> numbersIn(const std::string& text) {
  std::vector<double> numbers;
  std::size_t begin = 0;
  while (!text.empty() && begin <= text.size()) {
    const std::size_t end = std::min(text.find('\\', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    char* stop = nullptr;
    const double value = std::strtod(part.c_str(), &stop);
    while (*stop == ' ') ++stop;
    if (stop == part.c_str() || *stop != '\0' || !std::isfinite(value)) return {};
    numbers.push_back(value);
    begin = end + 1;
  }
  return numbers;
}

std::vector<double> numbersOf(DcmItem& item, const DcmTagKey& tag) {
  return numbersIn(textOf(item, tag));
}

std::optional<double> numberOf(DcmItem& item, const DcmTagKey& tag) {
  const std::vector<double> numbers = numbersOf(item, tag);
  if (numbers.empty()) return std::nullopt;
  return numbers.front();
}

double numberOrAbsent(DcmItem& item, const DcmTagKey& tag, double ifAbsent) {
  if (const auto number = numberOf(item, tag)) return *number;
  if (!item.tagExistsWithValue(tag)) return ifAbsent;
  throw VerdictError("broken-pixels", std::string(DcmTag(tag).getTagName()) + " is no number");
}

DcmItem* firstItem(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* found = nullptr;
  if (item.findAndGetSequenceItem(sequence, found, 0).bad()) return nullptr;
  return found;
}

std::optional<double> timeMsOf(const std::string& tm) {
  if (tm.size() < 6 || tm.find_first_not_of("0123456789.") != std::string::npos) {
    return std::nullopt;
  }
  const double hours = std::atof(tm.substr(0, 2).c_str());
  const double minutes = std::atof(tm.substr(2, 2).c_str());
  const double seconds = std::atof(tm.substr(4).c_str());
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

}  // namespace cmr
