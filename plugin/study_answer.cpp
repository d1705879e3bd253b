#include "plugin/study_answer.h"

#include "plugin/gather_study.h"
#include "plugin/study_document.h"
#include "plugin/study_report.h"

namespace cmr {
namespace {

using Json = nlohmann::json;

Json namesOf(const JobStore::StoredObject& object) {
  return {{"SOPClassUID", object.SOPClassUID},
          {"SOPInstanceUID", object.SOPInstanceUID},
          {"SeriesInstanceUID", object.SeriesInstanceUID}};
}

}  // namespace

std::optional<Json> studyAnswer(const std::string& orthancStudyId, const GroupPlanner& planner,
                                JobStore& store) {
  const auto input = gatherStudy(orthancStudyId, planner, store);
  if (!input) return std::nullopt;
  const StudyReport report = studyReport(*input);
  const auto reports = storedReports(report, store);
  Json answer = studyReportJson(report);
  for (std::size_t i = 0; i < report.best.size(); ++i) {
    const auto found = reports.find(report.best[i].jobId);
    answer["best"][i]["report"] = found == reports.end() ? Json() : namesOf(found->second);
  }
  answer["report"] = nullptr;
  if (const auto last = store.lastStudyReport(orthancStudyId)) {
    const auto job = store.latestStudyJob(orthancStudyId);
    answer["report"] = namesOf(*last);
    // Without the numbers nobody can say what another report would say.
    answer["report"]["isCurrent"] = nullptr;
    if (!report.isForgotten) {
      answer["report"]["isCurrent"] =
          job && job->state == JobState::done &&
          job->submission.contentFingerprint == studyDocument(report, reports, {}).fingerprint;
    }
  }
  return answer;
}

}  // namespace cmr
