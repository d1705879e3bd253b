#include "plugin/exam_ties.h"

#include <optional>
#include <utility>

#include "plugin/study_arrival.h"
#include "plugin/worklist_entry.h"

namespace cmr {
namespace {

constexpr std::size_t mostOpen = 10000;

// As its first series that we did not write says; empty: there is none.
std::optional<JobStore::ArrivedStudy> studyNow(const std::string& studyId, Archive& archive) {
  const auto study = archive.study(studyId);
  if (!study) return std::nullopt;
  for (const std::string& seriesId : study->seriesIds) {
    const auto series = archive.series(seriesId);
    if (!series || series->instanceIds.empty()) continue;
    const auto tags = archive.tags(series->instanceIds.front());
    if (!tags || tags->writtenByUs) continue;
    return arrivedStudy(studyId, *tags);
  }
  return std::nullopt;
}

}  // namespace

ExamTies::ExamTies(Archive& archive, JobStore& store, int expireDays, std::function<void()> onTied)
    : archive_(archive), store_(store), expireDays_(expireDays), onTied_(std::move(onTied)) {}

void ExamTies::tieToStudiesNamed(const std::string& identifier) {
  if (identifier.empty()) return;
  for (const std::string& studyId : archive_.studiesNamed(identifier)) {
    const auto study = studyNow(studyId, archive_);
    if (study && tieArrived(*study, archive_, store_) > 0) onTied_();
  }
}

void ExamTies::tie(const std::stop_token& stop) {
  std::map<std::string, std::int64_t> open;
  for (const auto& exam : store_.openExams(dateBeforeToday(expireDays_), mostOpen)) {
    if (stop.stop_requested()) return;
    const auto known = asked_.find(exam.id);
    if (known == asked_.end() || known->second != exam.updatedMs) {
      tieToStudiesNamed(exam.StudyInstanceUID);
      tieToStudiesNamed(exam.AccessionNumber);
      asked_[exam.id] = exam.updatedMs;
    }
    open[exam.id] = exam.updatedMs;
  }
  asked_ = std::move(open);
}

}  // namespace cmr
