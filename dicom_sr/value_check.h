// Which values of the source DICOM would refuse.
#pragma once

#include <string>

class DcmElement;

namespace cmr {

// A day of the calendar as YYYYMMDD.
bool isDate(const std::string& text);
// HHMMSS with an optional fraction; minutes and seconds may be left out.
bool isTime(const std::string& text);

// "" when the value may be copied, else a sentence. Identifiers and text always may; dates, times,
// ages, numbers and codes only when they are what their VR says (PS3.5 6.2).
std::string valueProblem(DcmElement& element);

}  // namespace cmr
