#include "dicom_sr/pixel_unit.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "dicom_sr/dataset_values.h"

namespace cmr {
namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool isMillisecond(const std::string& unit) {
  const std::string text = lowered(unit);
  return text == "ms" || text == "msec" || text == "millisecond" || text == "milliseconds";
}

bool isClose(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(a)); }

// Whether the mapping says what the rescale says, in milliseconds.
bool isMappedToMilliseconds(DcmItem& dataset) {
  DcmItem* mapping = firstItem(dataset, DCM_RealWorldValueMappingSequence);
  if (mapping == nullptr) return false;
  DcmItem* unit = firstItem(*mapping, DCM_MeasurementUnitsCodeSequence);
  if (unit == nullptr || !isMillisecond(textOf(*unit, DCM_CodeValue))) return false;
  const double slope = numberOf(*mapping, DCM_RealWorldValueSlope).value_or(0);
  const double intercept = numberOf(*mapping, DCM_RealWorldValueIntercept).value_or(0);
  return isClose(slope, numberOf(dataset, DCM_RescaleSlope).value_or(1)) &&
         isClose(intercept, numberOf(dataset, DCM_RescaleIntercept).value_or(0));
}

}  // namespace

std::string pixelUnitOf(DcmItem& dataset) {
  const std::string stated = textOf(dataset, DCM_RescaleType);
  const bool isMs = isMillisecond(stated) || isMappedToMilliseconds(dataset) ||
                    lowered(textOf(dataset, DCM_ImageComments)).find("(ms)") != std::string::npos;
  return isMs ? "ms" : stated;
}

}  // namespace cmr
