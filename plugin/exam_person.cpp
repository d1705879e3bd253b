#include "plugin/exam_person.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cmr {
namespace {

std::string upTo(const std::string& text, char end) { return text.substr(0, text.find(end)); }

// Hyphens, apostrophes and blanks come and go between systems.
std::string lettersOf(const std::string& text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') letters += static_cast<char>(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) letters += c;
  }
  return letters;
}

// '?' stands where a system had no sign for a letter.
bool isComparable(const std::string& name) {
  return !lettersOf(name).empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && c != '?';
  });
}

bool startsWith(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

// Groups of a name are parted by '=', its components by '^', the family name first (PS3.5 6.2.1).
bool haveOtherFamilyNames(const std::string& scheduled, const std::string& arrived) {
  const std::string one = upTo(scheduled, '=');
  const std::string other = upTo(arrived, '=');
  if (!isComparable(one) || !isComparable(other)) return false;
  const std::string oneFamily = lettersOf(upTo(one, '^'));
  const std::string otherFamily = lettersOf(upTo(other, '^'));
  if (oneFamily.empty() || otherFamily.empty() || oneFamily == otherFamily) return false;
  // Typed in one piece, "Doe Jane" or "Doe, Jane".
  const bool isOnePiece = one.find('^') == std::string::npos;
  const bool isOtherOnePiece = other.find('^') == std::string::npos;
  return !(isOnePiece && startsWith(oneFamily, otherFamily)) &&
         !(isOtherOnePiece && startsWith(otherFamily, oneFamily));
}

bool differ(const std::string& one, const std::string& other) {
  return !one.empty() && !other.empty() && one != other;
}

}  // namespace

std::string otherPersonBy(const JobStore::ScheduledExam& exam,
                          const JobStore::ArrivedStudy& study) {
  const auto scheduled = nlohmann::json::parse(exam.attributesJson);
  const auto value = [&](const char* keyword) { return scheduled.value(keyword, std::string()); };
  if (differ(value("PatientBirthDate"), study.PatientBirthDate)) return "PatientBirthDate";
  if (differ(value("PatientSex"), study.PatientSex)) return "PatientSex";
  if (haveOtherFamilyNames(value("PatientName"), study.PatientName)) return "PatientName";
  return {};
}

}  // namespace cmr
