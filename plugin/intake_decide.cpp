// What the intake makes of one series: left alone, waited for, or planned as a job and submitted.
#include <algorithm>
#include <chrono>
#include <utility>

#include "plugin/intake.h"
#include "plugin/study_arrival.h"

namespace cmr {
namespace {

// A job waits no longer than this for others to be submitted with, nor for more than so many.
constexpr std::chrono::milliseconds longestPlanned{200};
constexpr std::size_t mostPlanned = 100;
// How the reasons of series begin that are left alone for now.
constexpr const char* heldMark = "held: ";
constexpr const char* waitingMark = "waits for its hours, ";

}  // namespace

// One series that makes trouble must not keep the others waiting; it stays unsettled.
void Intake::tryToDecide(const std::string& seriesId) {
  try {
    decide(seriesId);
  } catch (const std::exception& error) {
    noteFailing(seriesId, std::string("looked at, trying again later: ") + error.what());
  }
}

// Said once, however often it is tried.
void Intake::noteFailing(const std::string& seriesId, const std::string& why) {
  std::string& known = failing_[seriesId];
  if (known == why) return;
  known = why;
  log_(LogLevel::error, "series " + seriesId + " could not be " + why);
}

void Intake::decide(const std::string& seriesId) {
  // Rules may ask what was scheduled.
  const auto series =
      planner_.look(seriesId, [this](const SeriesLook& found) { tieToExam(found); });
  if (!series) {  // gone; its instances are found gone by the next sweep
    deferred_.erase(seriesId);
    failing_.erase(seriesId);
    leftByRescan_.erase(seriesId);
    endBackfill(seriesId);
    return;
  }
  if (mustWait(*series)) {
    failing_.erase(seriesId);
    return;
  }
  if (!series->wanted()) {
    leaveAlone(*series, series->verdict());
    return;
  }
  const bool isHeld = !series->decision.holdReason.empty();
  if (isHeld && isKnown(*series)) {  // somebody asked for it before
    settle(*series);
  } else if (isHeld) {
    leaveAlone(*series, heldMark + series->verdict());
  } else {
    plan(*series);
  }
}

bool Intake::mustWait(const SeriesLook& series) {
  if (mustWaitForImages(series)) return true;  // an event will follow
  deferred_.erase(series.series.id);
  if (!series.wanted()) return false;
  if (mustWaitForStudy(series)) return true;
  return series.decision.holdReason.empty() && mustWaitForHours(series);
}

bool Intake::mustWaitForImages(const SeriesLook& series) const {
  if (series.series.stable) return false;
  const bool isTaken = series.wanted() && series.decision.holdReason.empty();
  return !(earlyStart_ && isTaken && series.isComplete());
}

// Also one that the rules leave alone: the exam has arrived.
void Intake::tieToExam(const SeriesLook& series) {
  if (series.own) return;
  const int tied = tieArrived(arrivedStudy(series.series.studyId, series.tags), archive_, store_);
  if (tied > 0) bell_.ring();  // others of the study came before the exam
}

void Intake::leaveAlone(const SeriesLook& series, const std::string& why) {
  if (!series.own) {  // of our own there is one set for every series that was analysed
    store_.recordSkipped(
        {series.series.id, series.series.studyId, series.series.SeriesInstanceUID, why, 0});
  }
  settle(series);
  log_(LogLevel::info, "series " + series.series.id + ": " + why);
  remember([&](IntakeStatus& status) {
    ++status.skipped;
    status.lastSkipped = why;
  });
}

// Whether there is a job over just these images.
bool Intake::isKnown(const SeriesLook& series) {
  const auto group = planner_.groupOf(series);
  if (!group) return false;
  JobStore::ListFilter filter;
  filter.orthancSeriesId = series.series.id;
  filter.withResults = false;
  const std::vector<JobRecord> jobs = store_.list(filter);
  return std::any_of(jobs.begin(), jobs.end(), [&](const JobRecord& job) {
    return job.submission.key == group->submission.key;
  });
}

// Outside the hours of its rule a series stays unsettled: a crash of the archive loses nothing.
bool Intake::mustWaitForHours(const SeriesLook& series) {
  const auto& hours = series.decision.hours;
  if (!hours || hours->holds(planner_.localTime()) || isKnown(series)) return false;
  const std::string why = waitingMark + describe(*hours) + ", as " + series.verdict();
  store_.recordSkipped(
      {series.series.id, series.series.studyId, series.series.SeriesInstanceUID, why, 0});
  Deferred& deferred = deferred_[series.series.id];
  deferred = {*hours, planner_.rulesSha256(), {}};
  for (const ArchivedInstance& instance : series.instances) {
    deferred.instanceIds.push_back(instance.id);
  }
  log_(LogLevel::info, "series " + series.series.id + " " + why);
  return true;
}

void Intake::decideWhatIsDue() {
  const LocalTime now = planner_.localTime();
  const std::string rules = deferred_.empty() ? std::string() : planner_.rulesSha256();
  std::vector<std::string> due;
  for (const auto& [id, deferred] : deferred_) {
    if (deferred.hours.holds(now) || deferred.rulesSha256 != rules) due.push_back(id);
  }
  for (const std::string& id : due) tryToDecide(id);
}

// One slice says nothing about how many will follow: the study has to be complete first. A rule may
// ask for the same.
bool Intake::mustWaitForStudy(const SeriesLook& series) {
  if (!series.singleSlice && !series.decision.waitForStudy) return false;
  const auto study = archive_.study(series.series.studyId);
  if (!study || study->stable) return false;
  waiting_[study->id].insert(series.series.id);
  return true;
}

void Intake::plan(const SeriesLook& series) {
  auto group = planner_.groupOf(series);
  if (!group) return;
  {
    const std::lock_guard lock(mutex_);
    if (backfilled_.count(series.series.id) != 0) group->submission.priority = backfillPriority;
  }
  for (const SeriesLook& member : group->members) {
    settledNow_.insert(member.series.id);
    stopWaiting(member.series.studyId, member.series.id);
  }
  dropPlanned(*group);
  if (planned_.empty()) firstPlanned_ = std::chrono::steady_clock::now();
  planned_.push_back({*std::move(group), series.verdict()});
  const auto waited = std::chrono::steady_clock::now() - firstPlanned_;
  if (planned_.size() >= mostPlanned || waited >= longestPlanned) submitPlanned();
}

// What could not be submitted, for want of memory for instance, stays planned while its series are
// looked at again: the later look counts, and the list does not grow with every try.
void Intake::dropPlanned(const AcquisitionGroup& group) {
  const auto isIn = [&](const SeriesLook& member) {
    return std::any_of(group.members.begin(), group.members.end(), [&](const SeriesLook& other) {
      return other.series.id == member.series.id;
    });
  };
  planned_.erase(std::remove_if(planned_.begin(), planned_.end(),
                                [&](const Planned& each) {
                                  const auto& members = each.group.members;
                                  return std::any_of(members.begin(), members.end(), isIn);
                                }),
                 planned_.end());
}

// Their images are settled only when the jobs are durable: whatever goes wrong before leaves them
// for the next sweep.
void Intake::submitPlanned() {
  if (planned_.empty()) return;
  std::vector<JobSubmission> jobs;
  for (const Planned& each : planned_) jobs.push_back(each.group.submission);
  std::vector<JobStore::Submitted> submitted;
  try {
    submitted = store_.submitAll(jobs);
  } catch (const std::exception&) {
    submitted = submitOneByOne();
  }
  std::int64_t created = 0;
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    const Planned& each = planned_[i];
    if (submitted[i].jobId.empty()) continue;
    for (const SeriesLook& member : each.group.members) settle(member);
    if (!submitted[i].created) continue;
    ++created;
    log_(LogLevel::info, "job " + submitted[i].jobId + " over " +
                             std::to_string(each.group.members.size()) +
                             " series: " + each.verdict);
  }
  planned_.clear();
  if (created == 0) return;
  remember([&](IntakeStatus& status) { status.submitted += created; });
  onSubmitted_();
}

// One that makes trouble must not keep the others waiting; its answer stays without a job.
std::vector<JobStore::Submitted> Intake::submitOneByOne() {
  std::vector<JobStore::Submitted> submitted(planned_.size());
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    try {
      submitted[i] = store_.submit(planned_[i].group.submission);
    } catch (const std::exception& error) {
      const std::string why = std::string("submitted, trying again later: ") + error.what();
      const auto& members = planned_[i].group.members;
      noteFailing(members.front().series.id, why);
      for (const SeriesLook& member : members) failing_[member.series.id] = why;
    }
  }
  return submitted;
}

void Intake::endBackfill(const std::string& seriesId) {
  const std::lock_guard lock(mutex_);
  backfilled_.erase(seriesId);
}

void Intake::settle(const SeriesLook& series) {
  for (const ArchivedInstance& instance : series.instances) watermark_.settled(instance.id);
  failing_.erase(series.series.id);
  leftByRescan_.erase(series.series.id);
  endBackfill(series.series.id);
  settledNow_.insert(series.series.id);
  stopWaiting(series.series.studyId, series.series.id);
}

}  // namespace cmr
