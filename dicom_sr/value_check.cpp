#include "dicom_sr/value_check.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace cmr {
namespace {

bool hasOnly(const std::string& text, const char* allowed) {
  return text.find_first_not_of(allowed) == std::string::npos;
}

int numberAt(const std::string& text, std::size_t begin, std::size_t length) {
  return std::stoi(text.substr(begin, length));
}

int daysOf(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && isLeap ? 29 : days[month - 1];
}

bool isFine(DcmElement& element, const std::string& value) {
  const OFString text(value.c_str(), value.size());
  switch (element.getVR()) {
    case EVR_DA:
      return isDate(value);
    case EVR_TM:
      return isTime(value);
    case EVR_AS:
      return DcmAgeString::checkStringValue(text, "1").good() && value != "000Y";
    case EVR_DS:
      return DcmDecimalString::checkStringValue(text, "1-n").good();
    case EVR_IS:
      return DcmIntegerString::checkStringValue(text, "1-n").good();
    case EVR_CS:
      if (element.getTag() == DCM_PatientSex) return value == "M" || value == "F" || value == "O";
      return DcmCodeString::checkStringValue(text, "1-n").good();
    default:
      return true;
  }
}

}  // namespace

bool isDate(const std::string& text) {
  if (text.size() != 8 || !hasOnly(text, "0123456789")) return false;
  const int year = numberAt(text, 0, 4);
  const int month = numberAt(text, 4, 2);
  const int day = numberAt(text, 6, 2);
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

bool isTime(const std::string& text) {
  const std::size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  if (whole.size() < 2 || whole.size() > 6 || whole.size() % 2 != 0 ||
      !hasOnly(whole, "0123456789")) {
    return false;
  }
  if (point != std::string::npos) {
    const std::string fraction = text.substr(point + 1);
    if (whole.size() != 6 || fraction.empty() || fraction.size() > 6 ||
        !hasOnly(fraction, "0123456789")) {
      return false;
    }
  }
  const int hours = numberAt(whole, 0, 2);
  const int minutes = whole.size() >= 4 ? numberAt(whole, 2, 2) : 0;
  const int seconds = whole.size() == 6 ? numberAt(whole, 4, 2) : 0;
  return hours < 24 && minutes < 60 && seconds <= 60;
}

std::string valueProblem(DcmElement& element) {
  OFString value;
  if (element.getOFStringArray(value).bad()) return {};
  std::string text(value.c_str(), value.size());
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  if (text.empty() || isFine(element, text)) return {};
  DcmTag tag(element.getTag());
  return std::string(tag.getTagName()) + " of the source is invalid ('" + text +
         "') and is left empty in what we write";
}

}  // namespace cmr
