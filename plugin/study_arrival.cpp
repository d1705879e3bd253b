#include "plugin/study_arrival.h"

#include <algorithm>
#include <cstdint>

namespace cmr {
namespace {

// One image of each series is looked at: those of a series come one soon after the other. 0: the
// archive noted it of none.
std::int64_t firstArrivalMs(const std::string& studyId, Archive& archive) {
  std::int64_t first = 0;
  const auto study = archive.study(studyId);
  if (!study) return first;
  for (const std::string& seriesId : study->seriesIds) {
    const auto series = archive.series(seriesId);
    if (!series || series->instanceIds.empty()) continue;
    const auto received = archive.receivedMs(series->instanceIds.front());
    if (received) first = first == 0 ? *received : std::min(first, *received);
  }
  return first;
}

std::string valueOf(const InstanceTags& tags, const char* keyword) {
  const auto found = tags.values.find(keyword);
  return found == tags.values.end() ? std::string() : found->second;
}

}  // namespace

JobStore::ArrivedStudy arrivedStudy(const std::string& orthancStudyId, const InstanceTags& tags) {
  JobStore::ArrivedStudy study;
  study.orthancStudyId = orthancStudyId;
  study.StudyInstanceUID = valueOf(tags, "StudyInstanceUID");
  study.AccessionNumber = valueOf(tags, "AccessionNumber");
  study.PatientID = valueOf(tags, "PatientID");
  study.PatientName = valueOf(tags, "PatientName");
  study.PatientBirthDate = valueOf(tags, "PatientBirthDate");
  study.PatientSex = valueOf(tags, "PatientSex");
  return study;
}

int tieArrived(JobStore::ArrivedStudy study, Archive& archive, JobStore& store) {
  if (store.mustKnowArrival(study)) {
    study.arrivedMs = firstArrivalMs(study.orthancStudyId, archive);
  }
  return store.tieToExams(study);
}

}  // namespace cmr
