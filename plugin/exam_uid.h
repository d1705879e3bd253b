// The StudyInstanceUID of a scheduled exam that came without one.
#pragma once

#include <string>

namespace cmr {

// 2.25 and a number of 120 bits in decimal (PS3.5 B.2), from a hash over both: steps of one
// accession number belong to one study.
std::string madeStudyUid(const std::string& AccessionNumber, const std::string& PatientID);

}  // namespace cmr
