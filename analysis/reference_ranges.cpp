#include "analysis/reference_ranges.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cmr {
namespace {

constexpr double youngestYears = 20;
constexpr double oldestYears = 80;

constexpr const char* kawelBoehm = "Kawel-Boehm et al., JCMR 2025;27:101853";
constexpr const char* zhan = "Zhan et al., Circ Cardiovasc Imaging 2024;17:e016090";

struct Interval {
  double low;
  double high;
};

struct Published {
  std::string_view id;
  Interval men;
  Interval women;
  const char* source;
};

constexpr std::array<Published, 12> ranges{{
    {"lv.edv", {81, 204}, {68, 158}, kawelBoehm},
    {"lv.esv", {17, 88}, {14, 63}, kawelBoehm},
    {"lv.sv", {53, 128}, {45, 103}, kawelBoehm},
    {"lv.ef", {51, 77}, {54, 79}, kawelBoehm},
    {"lv.edvi", {49, 102}, {46, 90}, kawelBoehm},
    {"lv.massi", {41, 76}, {33, 57}, zhan},
    {"rv.edv", {74, 231}, {59, 172}, kawelBoehm},
    {"rv.esv", {26, 104}, {17, 75}, kawelBoehm},
    {"rv.sv", {33, 146}, {32, 109}, kawelBoehm},
    {"rv.ef", {44, 72}, {47, 75}, kawelBoehm},
    {"rv.edvi", {47, 116}, {44, 99}, kawelBoehm},
    {"rv.esvi", {16, 52}, {13, 43}, kawelBoehm},
}};

std::string whyNone(const PatientFacts& patient, PapillaryConvention convention) {
  if (convention != PapillaryConvention::inCavity) {
    return "The published ranges count papillary muscles as volume, and the model package does not "
           "say where these numbers count them.";
  }
  if (!patient.sex) return "The images do not state the patient's sex.";
  if (*patient.sex == Sex::other) return "Published ranges are for women and for men.";
  if (!patient.ageYears) return "The images do not state the patient's age.";
  if (*patient.ageYears < youngestYears || *patient.ageYears > oldestYears) {
    return "The published ranges are for 20 to 80 years of age.";
  }
  return {};
}

}  // namespace

void addReferenceRanges(std::vector<Measurement>& measurements, const PatientFacts& patient,
                        PapillaryConvention convention) {
  const std::string reason = whyNone(patient, convention);
  for (Measurement& m : measurements) {
    const auto* const known = std::find_if(ranges.begin(), ranges.end(),
                                           [&](const Published& p) { return p.id == m.id; });
    if (known == ranges.end() || !m.value) continue;
    m.noReference = reason;
    if (!reason.empty()) continue;
    const bool isWoman = *patient.sex == Sex::female;
    const Interval interval = isWoman ? known->women : known->men;
    m.reference = ReferenceRange{interval.low, interval.high, known->source,
                                 std::string(isWoman ? "women" : "men") +
                                     " of 20 to 80 years, bSSFP, papillary muscles as volume"};
  }
}

}  // namespace cmr
