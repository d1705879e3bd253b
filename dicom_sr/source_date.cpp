#include "dicom_sr/source_date.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>

#include "dicom_sr/dataset_values.h"
#include "dicom_sr/value_check.h"

namespace cmr {
namespace {

std::string joined(const std::string& date, std::string time) {
  if (!isDate(date)) return {};
  time = isTime(time) ? time.substr(0, time.find('.')) : "";
  return date + time + std::string(6 - time.size(), '0');
}

}  // namespace

std::string latestDateTime(const DcmDataset& header) {
  // DCMTK's search functions are not const although they change nothing.
  auto& item = const_cast<DcmDataset&>(header);
  const std::pair<DcmTagKey, DcmTagKey> pairs[] = {{DCM_AcquisitionDate, DCM_AcquisitionTime},
                                                   {DCM_ContentDate, DCM_ContentTime},
                                                   {DCM_SeriesDate, DCM_SeriesTime},
                                                   {DCM_StudyDate, DCM_StudyTime}};
  std::string latest = wholeDateTime(textOf(item, DCM_AcquisitionDateTime));
  for (const auto& [date, time] : pairs) {
    latest = std::max(latest, joined(textOf(item, date), textOf(item, time)));
  }
  return latest;
}

std::string wholeDateTime(const std::string& dateTime) {
  const std::string whole = dateTime.substr(0, dateTime.find_first_of(".+-"));
  if (whole.size() < 8 || whole.size() > 14 || whole.size() % 2 != 0) return {};
  const std::string time = whole.substr(8);
  if (!time.empty() && !isTime(time)) return {};
  return joined(whole.substr(0, 8), time);
}

}  // namespace cmr
