#include "plugin/exam_uid.h"

#include "analysis/sha256.h"

namespace cmr {
namespace {

std::string uidFrom(const std::string& hex) {
  std::string digits = "0";
  for (std::size_t i = 0; i < 30; ++i) {
    int carry = hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
      const int value = (*digit - '0') * 16 + carry;
      *digit = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    for (; carry > 0; carry /= 10)
      digits.insert(digits.begin(), static_cast<char>('0' + carry % 10));
  }
  return "2.25." + digits;
}

}  // namespace

std::string madeStudyUid(const std::string& AccessionNumber, const std::string& PatientID) {
  return uidFrom(sha256Hex(AccessionNumber + "\n" + PatientID));
}

}  // namespace cmr
