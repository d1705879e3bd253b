// Ties a study to scheduled exams, with a look at when its images came where that decides.
#pragma once

#include <string>

#include "plugin/archive.h"
#include "plugin/job_store.h"

namespace cmr {

// As one image of it says.
JobStore::ArrivedStudy arrivedStudy(const std::string& orthancStudyId, const InstanceTags& tags);

// Returns how many exams are newly tied (JobStore::tieToExams). Throws ResourceError.
int tieArrived(JobStore::ArrivedStudy study, Archive& archive, JobStore& store);

}  // namespace cmr
