#include "plugin/intake.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "analysis/errors.h"
#include "plugin/guarded_round.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t pageSize = 500;
// The doorbell may be missed only by a change that the callback does not tell of.
constexpr milliseconds longestWait{20000};
constexpr milliseconds waitAfterTrouble{5000};
constexpr milliseconds sweepPause{20000};
// A job waits no longer than this for others to be submitted with, nor for more than so many.
constexpr milliseconds longestPlanned{200};
constexpr std::size_t mostPlanned = 100;
constexpr std::size_t mostRemembered = 10000;  // deletions; what is lost is found at the claim
constexpr std::size_t mostOfStudy = 1000;      // series that are looked at again
// Stored instead of a sequence number: every series has to be looked at.
constexpr std::int64_t rescanDue = -1;
// How the reasons of series begin that are left alone for now.
constexpr const char* heldMark = "held: ";
constexpr const char* waitingMark = "waits for its hours, ";

}  // namespace

Intake::Intake(Archive& archive, JobStore& store, GroupPlanner& planner, std::int64_t startingPoint,
               LogCallback log, std::function<void()> onSubmitted, bool earlyStart)
    : archive_(archive),
      store_(store),
      planner_(planner),
      startingPoint_(startingPoint),
      log_(std::move(log)),
      onSubmitted_(std::move(onSubmitted)),
      earlyStart_(earlyStart) {}

void Intake::deleted(const std::string& resourceId) {
  {
    const std::lock_guard lock(mutex_);
    if (deleted_.size() < mostRemembered) deleted_.push_back(resourceId);
  }
  bell_.ring();
}

void Intake::reconsider(const std::string& seriesId) {
  {
    const std::lock_guard lock(mutex_);
    reconsidered_.insert(seriesId);
  }
  bell_.ring();
}

void Intake::reconsiderStudy(const std::string& studyId) {
  {
    const std::lock_guard lock(mutex_);
    reconsideredStudies_.insert(studyId);
  }
  bell_.ring();
}

IntakeStatus Intake::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Intake::remember(std::function<void(IntakeStatus&)> change) {
  const std::lock_guard lock(mutex_);
  change(status_);
}

void Intake::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bell_.wait(stop, round(stop) ? longestWait : waitAfterTrouble);
  }
}

bool Intake::round(const std::stop_token& stop) noexcept {
  const auto report = [&](const std::string& trouble) {
    if (!trouble.empty() && trouble != status().trouble) {
      log_(LogLevel::error, "the change log could not be followed, trying again: " + trouble);
    }
    remember([&](IntakeStatus& status) {
      status.trouble = trouble;
      status.unsettled = watermark_.size();
      status.waitingForStudy = 0;
      for (const auto& [study, series] : waiting_) status.waitingForStudy += series.size();
      status.waitingForHours = deferred_.size();
    });
  };
  return guardedRound([&] { step(stop); }, report);
}

void Intake::begin(const std::stop_token& stop) {
  if (!store_.lastChange()) {
    store_.setLastChange(startingPoint_);
    if (startingPoint_ > 0) {
      log_(LogLevel::warning,
           "first start on this archive: what it holds already is analysed on request only "
           "(POST /cmr/series/{id}/analyze)");
    }
  }
  const std::int64_t last = archive_.lastChange();
  read_ = store_.lastChange().value_or(rescanDue);
  if (last < read_ || read_ == rescanDue) {
    log_(LogLevel::warning, "the archive's change log is not the one known (its last number is " +
                                std::to_string(last) + "): looking at every series");
    store_.setLastChange(rescanDue);
    rescan(stop);
    if (stop.stop_requested()) return;
    store_.setLastChange(last);
    read_ = last;
  }
  saved_ = read_;
  remember([&](IntakeStatus& status) { status.lastChange = read_; });
  watermark_ = ChangeWatermark(read_);
  begun_ = true;
}

void Intake::rescan(const std::stop_token& stop) {
  for (std::size_t offset = 0;; offset += pageSize) {
    const std::vector<std::string> page = archive_.seriesIds(offset, pageSize);
    for (const std::string& id : page) {
      if (stop.stop_requested()) return;
      tryToDecide(id);
    }
    submitPlanned();
    if (page.size() < pageSize) return;
  }
}

void Intake::step(const std::stop_token& stop) {
  if (!begun_) begin(stop);
  if (!begun_) return;
  dropDeleted();
  readChanges(stop);
  lookAgain(stop);
  decideWhatIsDue();
  submitPlanned();
  sweep(stop);
  saveProgress();
}

// A wish outlives trouble: it goes when its look went through.
void Intake::lookAgain(const std::stop_token& stop) {
  std::set<std::string> studies, again;
  {
    const std::lock_guard lock(mutex_);
    studies = reconsideredStudies_;
  }
  for (const std::string& id : studies) {
    findLeftAlone(id);
    const std::lock_guard lock(mutex_);
    reconsideredStudies_.erase(id);
  }
  {
    const std::lock_guard lock(mutex_);
    again.swap(reconsidered_);
  }
  for (const std::string& id : again) {
    if (!stop.stop_requested()) tryToDecide(id);
  }
  submitPlanned();
  const std::lock_guard lock(mutex_);
  for (const std::string& id : again) {
    if (failing_.count(id) != 0) reconsidered_.insert(id);
  }
}

// Here and not where the wish came from: what this thread is about to leave alone is known now.
void Intake::findLeftAlone(const std::string& studyId) {
  if (!planner_.asksForSchedule()) return;
  std::set<std::string> found;
  JobStore::SkippedFilter skipped;
  skipped.orthancStudyId = studyId;
  skipped.limit = mostOfStudy;
  for (const auto& series : store_.skippedSeries(skipped)) found.insert(series.orthancSeriesId);
  JobStore::ListFilter refused;
  refused.state = JobState::notAnalysable;
  refused.orthancStudyId = studyId;
  refused.limit = mostOfStudy;
  for (const JobRecord& job : store_.list(refused)) {
    const auto& series = job.submission.orthancSeriesIds;
    if (job.supersededBy.empty()) found.insert(series.begin(), series.end());
  }
  const std::lock_guard lock(mutex_);
  reconsidered_.merge(found);
}

void Intake::dropDeleted() {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    gone.swap(deleted_);
  }
  for (const std::string& id : gone) {
    waiting_.erase(id);
    deferred_.erase(id);
    failing_.erase(id);
    store_.forgetSkipped(id);
    const int cancelled = store_.cancelForResource(id, "its source was deleted from the archive");
    if (cancelled > 0) {
      log_(LogLevel::warning, std::to_string(cancelled) +
                                  " job(s) cancelled: their source was deleted from the archive");
    }
  }
}

void Intake::readChanges(const std::stop_token& stop) {
  for (bool done = false; !done && !stop.stop_requested();) {
    settledNow_.clear();
    const ChangePage page = archive_.changesSince(read_, pageSize);
    for (const ArchiveChange& change : page.changes) {
      switch (change.kind) {
        case ChangeKind::newInstance:
          watermark_.arrived(change.resource, change.sequence);
          break;
        case ChangeKind::stableSeries:
          if (settledNow_.count(change.resource) == 0) tryToDecide(change.resource);
          break;
        case ChangeKind::completedSeries:
          if (earlyStart_) tryToDecide(change.resource);
          break;
        case ChangeKind::stableStudy:
          studyBecameStable(change.resource);
          break;
        case ChangeKind::other:
          break;
      }
    }
    submitPlanned();
    read_ = std::max(read_, page.last);
    watermark_.readUpTo(read_);
    done = page.done || page.changes.empty();
    saveProgress();
  }
}

void Intake::studyBecameStable(const std::string& studyId) {
  // A decision about one series settles all those of its group.
  for (auto found = waiting_.find(studyId); found != waiting_.end();
       found = waiting_.find(studyId)) {
    const std::string seriesId = *found->second.begin();
    stopWaiting(studyId, seriesId);
    tryToDecide(seriesId);
  }
}

void Intake::stopWaiting(const std::string& studyId, const std::string& seriesId) {
  const auto found = waiting_.find(studyId);
  if (found == waiting_.end()) return;
  found->second.erase(seriesId);
  if (found->second.empty()) waiting_.erase(found);
}

// Instances of which no event told that their series is stable: events that a crash swallowed, and
// series that could not be looked at when it was their turn.
void Intake::sweep(const std::stop_token& stop) {
  if (std::chrono::steady_clock::now() < nextSweep_) return;
  nextSweep_ = std::chrono::steady_clock::now() + sweepPause;
  std::unordered_set<std::string> seen;
  for (const auto& [id, deferred] : deferred_) {
    seen.insert(deferred.instanceIds.begin(), deferred.instanceIds.end());
  }
  for (const std::string& id : watermark_.unsettled(watermark_.size())) {
    if (stop.stop_requested()) return;
    if (seen.count(id) != 0 || !watermark_.isUnsettled(id)) continue;
    const auto seriesId = archive_.seriesOfInstance(id);
    const auto series = seriesId ? archive_.series(*seriesId) : std::nullopt;
    if (!series) {
      watermark_.settled(id);
      continue;
    }
    seen.insert(series->instanceIds.begin(), series->instanceIds.end());
    tryToDecide(series->id);
    submitPlanned();  // it settles others of its group
  }
}

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
  const auto value = [&](const char* keyword) {
    const auto found = series.tags.values.find(keyword);
    return found == series.tags.values.end() ? std::string() : found->second;
  };
  const int tied = store_.tieToExams({series.series.studyId, value("StudyInstanceUID"),
                                      value("AccessionNumber"), value("PatientID")});
  if (tied > 0) reconsiderStudy(series.series.studyId);  // others of it came before the exam
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
  for (const SeriesLook& member : group->members) {
    settledNow_.insert(member.series.id);
    stopWaiting(member.series.studyId, member.series.id);
  }
  if (planned_.empty()) firstPlanned_ = std::chrono::steady_clock::now();
  planned_.push_back({*std::move(group), series.verdict()});
  const auto waited = std::chrono::steady_clock::now() - firstPlanned_;
  if (planned_.size() >= mostPlanned || waited >= longestPlanned) submitPlanned();
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

void Intake::settle(const SeriesLook& series) {
  for (const ArchivedInstance& instance : series.instances) watermark_.settled(instance.id);
  failing_.erase(series.series.id);
  settledNow_.insert(series.series.id);
  stopWaiting(series.series.studyId, series.series.id);
}

void Intake::saveProgress() {
  const std::int64_t dealtWith = watermark_.dealtWith();
  if (dealtWith == saved_) return;
  store_.setLastChange(dealtWith);
  saved_ = dealtWith;
  remember([&](IntakeStatus& status) { status.lastChange = dealtWith; });
}

}  // namespace cmr
