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
constexpr milliseconds longestIntakePause{20000};
constexpr milliseconds sweepPause{20000};
constexpr std::size_t mostRemembered = 10000;  // deletions; what is lost is found at the claim
constexpr std::size_t mostOfStudy = 1000;      // series that are looked at again
constexpr std::size_t mostAgain = 50;          // of these in one round
// Stored instead of a sequence number: every series has to be looked at.
constexpr std::int64_t rescanDue = -1;

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

void Intake::reconsiderAll(const std::vector<std::string>& seriesIds) {
  const std::lock_guard lock(mutex_);
  reconsidered_.insert(seriesIds.begin(), seriesIds.end());
}

void Intake::backfill(const std::vector<std::string>& seriesIds) {
  reconsiderAll(seriesIds);
  {
    const std::lock_guard lock(mutex_);
    backfilled_.insert(seriesIds.begin(), seriesIds.end());
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
    bell_.wait(stop, round(stop) ? longestIntakePause : waitAfterTrouble);
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
           "(POST /cmr/series/{id}/analyze, POST /cmr/queue/backfill)");
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
    read_ = last;
    saved_ = rescanDue;
  } else {
    saved_ = read_;
  }
  remember([&](IntakeStatus& status) { status.lastChange = read_; });
  watermark_ = ChangeWatermark(read_);
  reconsiderAll(store_.seriesWithoutJob());  // the service ended before it came to that
  begun_ = true;
}

// Pages overlap: a series that is deleted meanwhile moves those behind it towards the front.
void Intake::rescan(const std::stop_token& stop) {
  leftByRescan_.clear();
  std::set<std::string> seen;
  for (std::size_t offset = 0;; offset += pageSize / 2) {
    const std::vector<std::string> page = archive_.seriesIds(offset, pageSize);
    for (const std::string& id : page) {
      if (stop.stop_requested()) return;
      if (!seen.insert(id).second) continue;
      leftByRescan_.insert(id);
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

// A wish outlives trouble: it goes when its look went through. Only some at a time: what arrives
// must not wait for a backfill.
void Intake::lookAgain(const std::stop_token& stop) {
  takeUpTies();
  const std::vector<std::string> again = nextToReconsider();
  for (const std::string& id : again) {
    if (!stop.stop_requested()) tryToDecide(id);
  }
  submitPlanned();
  std::size_t failed = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : again) {
      if (failing_.count(id) == 0) continue;
      ++failed;
      reconsidered_.insert(id);
    }
    if (failed < again.size() && !reconsidered_.empty()) bell_.ring();
  }
  settleTies();
}

void Intake::takeUpTies() {
  for (const auto& [studyId, version] : store_.studiesTiedAnew()) {
    std::int64_t& known = ties_[studyId];
    if (known == version) continue;
    known = version;
    const std::set<std::string> leftAlone = seriesLeftAlone(studyId);
    reconsiderAll({leftAlone.begin(), leftAlone.end()});
  }
}

// All or none: ties are rare, and a series that is looked at again for nothing costs little.
void Intake::settleTies() {
  {
    const std::lock_guard lock(mutex_);
    if (!reconsidered_.empty()) return;
  }
  for (const auto& [studyId, version] : ties_) store_.settleTie(studyId, version);
  ties_.clear();
}

// In the order of their identifiers, round and round.
std::vector<std::string> Intake::nextToReconsider() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  while (!reconsidered_.empty() && ids.size() < mostAgain) {
    auto next = reconsidered_.upper_bound(lookedAgain_);
    if (next == reconsidered_.end()) next = reconsidered_.begin();
    lookedAgain_ = *next;
    ids.push_back(*next);
    reconsidered_.erase(next);
  }
  return ids;
}

// Here and not where the wish came from: what this thread is about to leave alone is known now.
std::set<std::string> Intake::seriesLeftAlone(const std::string& studyId) {
  std::set<std::string> found;
  if (!planner_.asksForSchedule()) return found;
  JobStore::SkippedFilter skipped;
  skipped.orthancStudyId = studyId;
  skipped.limit = mostOfStudy;
  for (const auto& series : store_.skippedSeries(skipped)) found.insert(series.orthancSeriesId);
  JobStore::ListFilter refused;
  refused.state = JobState::notAnalysable;
  refused.orthancStudyId = studyId;
  refused.limit = mostOfStudy;
  refused.withResults = false;
  for (const JobRecord& job : store_.list(refused)) {
    const auto& series = job.submission.orthancSeriesIds;
    if (job.supersededBy.empty()) found.insert(series.begin(), series.end());
  }
  return found;
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
    leftByRescan_.erase(id);
    endBackfill(id);
    store_.forgetSkipped(id);
    const int cancelled = store_.cancelForResource(id, "its source was deleted from the archive");
    reconsiderAll(store_.seriesWithoutJob(id));  // others of its group
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
// series that could not be looked at when it was their turn. The first trouble is told at the end.
void Intake::sweep(const std::stop_token& stop) {
  if (std::chrono::steady_clock::now() < nextSweep_) return;
  nextSweep_ = std::chrono::steady_clock::now() + sweepPause;
  sweepRescan(stop);
  std::unordered_set<std::string> seen;
  for (const auto& [id, deferred] : deferred_) {
    seen.insert(deferred.instanceIds.begin(), deferred.instanceIds.end());
  }
  std::string trouble;
  for (const std::string& id : watermark_.unsettled(watermark_.size())) {
    if (stop.stop_requested()) return;
    if (seen.count(id) != 0 || !watermark_.isUnsettled(id)) continue;
    try {
      sweepOne(id, seen);
    } catch (const ResourceError& error) {
      if (trouble.empty()) trouble = error.what();
    }
  }
  if (!trouble.empty()) throw ResourceError(trouble);
}

void Intake::sweepOne(const std::string& instanceId, std::unordered_set<std::string>& seen) {
  const auto seriesId = archive_.seriesOfInstance(instanceId);
  const auto series = seriesId ? archive_.series(*seriesId) : std::nullopt;
  if (!series) {
    watermark_.settled(instanceId);
    return;
  }
  seen.insert(series->instanceIds.begin(), series->instanceIds.end());
  tryToDecide(series->id);
  submitPlanned();  // it settles others of its group
}

void Intake::sweepRescan(const std::stop_token& stop) {
  const std::set<std::string> left = leftByRescan_;
  for (const std::string& id : left) {
    if (stop.stop_requested()) return;
    if (leftByRescan_.count(id) != 0 && deferred_.count(id) == 0) tryToDecide(id);
  }
  submitPlanned();
}

void Intake::saveProgress() {
  const std::int64_t dealtWith = watermark_.dealtWith();
  remember([&](IntakeStatus& status) { status.lastChange = dealtWith; });
  const std::int64_t kept = leftByRescan_.empty() ? dealtWith : rescanDue;
  if (kept == saved_) return;
  store_.setLastChange(kept);
  saved_ = kept;
}

}  // namespace cmr
