// When the source was made: the date of what we write when nobody gives another one.
#pragma once

#include <string>

class DcmDataset;

namespace cmr {

// What is written when no valid date is known: a fixed one, so that a rerun writes the same bytes.
inline constexpr const char* unknownDateTime = "19700101000000";

// The latest valid of the acquisition, content, series and study dates, with its time where that is
// valid, as YYYYMMDDHHMMSS; "" when none is valid.
std::string latestDateTime(const DcmDataset& header);

// A DICOM DT (PS3.5 6.2), cut or filled up to seconds: "20240102" gives "20240102000000". Fractions
// and offsets are dropped. "" when it is no date and time.
std::string wholeDateTime(const std::string& dateTime);

}  // namespace cmr
