#include "dicom_sr/read_patient.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstdlib>

#include "dicom_sr/dataset_values.h"

namespace cmr {
namespace {

bool allDigits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::optional<double> within(std::optional<double> value, double low, double high) {
  if (!value || *value < low || *value > high) return std::nullopt;
  return value;
}

// AS: nnnD, nnnW, nnnM, nnnY (PS3.5 6.2).
std::optional<double> yearsOfAge(const std::string& as) {
  if (as.size() != 4 || !allDigits(as.substr(0, 3))) return std::nullopt;
  const double number = std::atof(as.substr(0, 3).c_str());
  switch (as[3]) {
    case 'D':
      return number / 365.25;
    case 'W':
      return number * 7 / 365.25;
    case 'M':
      return number / 12;
    case 'Y':
      return number;
    default:
      return std::nullopt;
  }
}

// Years since year 0, for a difference of two; nothing for "20120000".
std::optional<double> yearsOfDate(const std::string& da) {
  if (da.size() != 8 || !allDigits(da)) return std::nullopt;
  const int month = std::atoi(da.substr(4, 2).c_str());
  const int day = std::atoi(da.substr(6, 2).c_str());
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  return std::atoi(da.substr(0, 4).c_str()) + (month - 1) / 12.0 + (day - 1) / 365.25;
}

std::optional<double> readAge(DcmDataset& dataset) {
  // "000Y" is how anonymisers write "unknown"; newborns are given in days, weeks or months.
  const std::string text = textOf(dataset, DCM_PatientAge);
  if (const auto stated = within(yearsOfAge(text), 0, 130); stated && text != "000Y") return stated;
  const auto birth = yearsOfDate(textOf(dataset, DCM_PatientBirthDate));
  const auto study = yearsOfDate(textOf(dataset, DCM_StudyDate));
  if (!birth || !study) return std::nullopt;
  return within(*study - *birth, 0, 130);
}

}  // namespace

PatientFacts readPatient(DcmDataset& dataset) {
  PatientFacts facts;
  const std::string sex = textOf(dataset, DCM_PatientSex);
  if (sex == "F") facts.sex = Sex::female;
  if (sex == "M") facts.sex = Sex::male;
  if (sex == "O") facts.sex = Sex::other;
  facts.ageYears = readAge(dataset);
  const std::optional<double> height = numberOf(dataset, DCM_PatientSize);
  const std::optional<double> weight = numberOf(dataset, DCM_PatientWeight);
  facts.heightM = within(height, 0.3, 2.6);
  facts.weightKg = within(weight, 1, 400);
  if (!facts.heightM) facts.refusedHeightM = height;
  if (!facts.weightKg) facts.refusedWeightKg = weight;
  return facts;
}

}  // namespace cmr
