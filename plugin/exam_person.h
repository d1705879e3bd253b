// Whether a study is of the person that an exam was scheduled for.
#pragma once

#include <string>

#include "plugin/job_store.h"

namespace cmr {

// The keyword of what says that it is somebody else: PatientBirthDate, PatientSex or PatientName,
// whose family name alone counts. Empty: nothing does. Only what both have is compared, and no
// name with letters beyond ASCII, which others may write without them.
std::string otherPersonBy(const JobStore::ScheduledExam& exam, const JobStore::ArrivedStudy& study);

}  // namespace cmr
