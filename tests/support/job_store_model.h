// The job store as its header describes it, in plain memory: what a random walk is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugin/job_store.h"

namespace cmr::test {

class JobStoreModel {
 public:
  static constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();
  struct Entry {
    ProducedObject object;
    bool stored = false;
  };
  struct Job {
    std::set<std::string> series;
    std::string study;
    std::string content;
    int priority = 0;
    int sequence = 0;
    JobState state = JobState::queued;
    int attempts = 0;
    int deferred = 0;
    std::string token;
    std::string dateTime;
    std::int64_t leaseUntil = 0;
    std::int64_t dueLow = always;   // may be due from here on (the jitter is not ours to know)
    std::int64_t dueHigh = always;  // is due from here on
    bool sourceGone = false;
    std::vector<Entry> outbox;
    int doneOrder = 0;
    std::string supersededBy;
    // Objects of earlier sets that may be in the archive; true: of a set that was whole.
    std::map<std::string, bool> earlier;

    // A set that is in the archive and counts.
    bool shows() const {
      return state == JobState::done && !outbox.empty() && supersededBy.empty();
    }
  };

  explicit JobStoreModel(JobStoreSettings settings) : settings_(std::move(settings)) {}

  std::map<std::string, Job> jobs;             // by id
  std::map<std::string, std::string> objects;  // UID -> bytes

  bool submitCreates(const std::string& id, const std::set<std::string>& series,
                     const JobSubmission& submission) {
    if (jobs.count(id) == 0) {
      Job job;
      job.series = series;
      job.study = submission.orthancStudyId;
      job.content = submission.contentFingerprint;
      job.priority = submission.priority;
      job.sequence = static_cast<int>(jobs.size());
      jobs[id] = job;
      cancelCoveredIn(withoutResults, jobs[id]);
      return true;
    }
    Job& job = jobs[id];
    const bool isBack = job.state == JobState::cancelled && job.sourceGone;
    const bool isRightAgain = job.state == JobState::done && !job.supersededBy.empty();
    if (isBack || isRightAgain) {
      retry(id);
      job.priority = submission.priority;
    }
    if (isOpen(job.state) || job.state == JobState::done) cancelCoveredIn(withoutResults, job);
    return isBack || isRightAgain;
  }

  // Whether claiming this job (or none) now is right; then the lease is noted.
  bool claimed(const std::optional<Lease>& lease, const std::string& dateTime, std::int64_t now) {
    const Job* taken = lease ? find(lease->job.id) : nullptr;
    if (lease && (taken == nullptr || !mayBeClaimed(*taken, now))) return false;
    for (const auto& [id, job] : jobs) {
      const bool sure =
          (job.state == JobState::queued || (job.state == JobState::retry && job.dueHigh <= now)) &&
          !waitsForItsStudy(job);
      if (sure && &job != taken && (taken == nullptr || before(job, *taken))) return false;
    }
    if (!lease) return true;
    Job& job = jobs[lease->job.id];
    job.state = JobState::leased;
    job.attempts += 1;
    job.token = lease->token;
    job.leaseUntil = now + settings_.lease.count();
    if (job.dateTime.empty()) job.dateTime = dateTimeOf(job.content, dateTime);
    return job.attempts == lease->job.attempts && job.dateTime == lease->job.dateTime;
  }

  bool holds(const Lease& lease, std::int64_t now) const {
    const auto job = jobs.find(lease.job.id);
    return job != jobs.end() && job->second.state == JobState::leased &&
           job->second.token == lease.token && job->second.leaseUntil > now;
  }
  void heartbeat(const Lease& lease, std::int64_t now) {
    jobs[lease.job.id].leaseUntil = now + settings_.lease.count();
  }
  void release(const Lease& lease) {
    leave(jobs[lease.job.id], JobState::queued);
    jobs[lease.job.id].attempts -= 1;
  }
  JobStore::Finished analysed(const Lease& lease, const std::vector<ProducedObject>& results) {
    Job& job = jobs[lease.job.id];
    std::set<std::string> seen;
    for (const ProducedObject& object : results) {
      const auto known = objects.find(object.SOPInstanceUID);
      const bool other = known != objects.end() && known->second != object.bytes;
      if (other || !seen.insert(object.SOPInstanceUID).second) {
        leave(job, JobState::dead);
        return JobStore::Finished::conflict;
      }
    }
    job.outbox.clear();
    for (const ProducedObject& object : results) {
      objects[object.SOPInstanceUID] = object.bytes;
      job.outbox.push_back({object, false});
    }
    leave(job, results.empty() ? JobState::done : JobState::storing);
    if (!results.empty()) cancelCoveredIn({JobState::storing}, job);
    return JobStore::Finished::accepted;
  }
  void notAnalysable(const Lease& lease) { leave(jobs[lease.job.id], JobState::notAnalysable); }
  void cancelled(const Lease& lease, bool mayComeBack) {
    cancel(lease.job.id);
    jobs[lease.job.id].sourceGone = mayComeBack;
  }
  void failed(const std::string& id, std::int64_t now) {
    Job& job = jobs[id];
    if (job.attempts >= settings_.maxAttempts) return leave(job, JobState::dead);
    leave(job, JobState::retry);
    wait(job, job.attempts, now);
  }
  int expire(std::int64_t now) {
    int count = 0;
    for (auto& [id, job] : jobs) {
      if (job.state != JobState::leased || job.leaseUntil > now) continue;
      failed(id, now);
      ++count;
    }
    return count;
  }
  void stored(const std::string& id, std::size_t position) {
    Job& job = jobs[id];
    if (position >= job.outbox.size()) return;
    job.outbox[position].stored = true;
    const bool all = std::all_of(job.outbox.begin(), job.outbox.end(),
                                 [](const Entry& entry) { return entry.stored; });
    if (all && job.state == JobState::storing) leave(job, JobState::done);
  }
  void deferred(const std::string& id, std::int64_t now) {
    Job& job = jobs[id];
    if (job.state == JobState::storing) wait(job, ++job.deferred, now);
  }
  bool mayCancel(const std::string& id) const { return isOpen(jobs.at(id).state); }
  bool mayRetry(const std::string& id) const {
    const JobState state = jobs.at(id).state;
    return !isOpen(state) || state == JobState::retry;
  }
  void cancel(const std::string& id) {
    dropOutbox(jobs[id]);
    leave(jobs[id], JobState::cancelled);
  }
  void retry(const std::string& id) {
    dropOutbox(jobs[id]);
    leave(jobs[id], JobState::queued);
    jobs[id].attempts = jobs[id].deferred = 0;
    jobs[id].supersededBy.clear();
  }
  int sourceGone(const std::string& seriesOrStudy) {
    int count = 0;
    for (auto& [id, job] : jobs) {
      const bool isOver = job.study == seriesOrStudy || job.series.count(seriesOrStudy) == 1;
      if (!isOver || !isOpen(job.state)) continue;
      cancel(id);
      job.sourceGone = true;
      ++count;
    }
    return count;
  }
  // Whether the one's set took the place of the other's, or has to.
  static bool supersedes(const Job& later, const Job& earlier) {
    return later.study == earlier.study && later.doneOrder > earlier.doneOrder &&
           later.state == JobState::done && !later.outbox.empty() &&
           std::includes(later.series.begin(), later.series.end(), earlier.series.begin(),
                         earlier.series.end());
  }
  void settled(const JobStore::Outdated& outdated) {
    using Cause = JobStore::Outdated::Cause;
    Job& job = jobs[outdated.jobId];
    const bool isDone = job.state == JobState::done;
    if (outdated.cause == Cause::laterRun && !isDone) return;
    if (outdated.cause == Cause::laterJob && isDone) job.supersededBy = outdated.byJobId;
    for (auto one = job.earlier.begin(); one != job.earlier.end();) {
      const bool stays = outdated.cause == Cause::interrupted && one->second;
      one = stays ? std::next(one) : job.earlier.erase(one);
    }
  }
  void reopened(std::int64_t now, bool rebooted) {
    for (auto& [id, job] : jobs) {
      const bool last = job.attempts >= settings_.maxAttempts;
      if (job.state == JobState::leased) leave(job, last ? JobState::dead : JobState::queued);
      if (job.state == JobState::retry && rebooted) {
        job.dueLow = job.dueHigh = now + settings_.firstBackOff.count();
      }
      if (job.state == JobState::storing) job.dueLow = job.dueHigh = always;
    }
  }

 private:
  inline static const std::set<JobState> withoutResults = {JobState::queued, JobState::retry,
                                                           JobState::leased};
  static bool isOpen(JobState state) {
    return state == JobState::queued || state == JobState::leased || state == JobState::storing ||
           state == JobState::retry;
  }
  static bool before(const Job& a, const Job& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.sequence < b.sequence;
  }
  bool mayBeClaimed(const Job& job, std::int64_t now) const {
    const bool isDue =
        job.state == JobState::queued || (job.state == JobState::retry && job.dueLow <= now);
    return isDue && !waitsForItsStudy(job);
  }
  bool waitsForItsStudy(const Job& job) const {
    return std::any_of(jobs.begin(), jobs.end(), [&](const auto& entry) {
      const Job& other = entry.second;
      return &other != &job && other.study == job.study &&
             (other.state == JobState::leased ||
              (other.state == JobState::retry && other.sequence < job.sequence));
    });
  }
  const Job* find(const std::string& id) const {
    const auto job = jobs.find(id);
    return job == jobs.end() ? nullptr : &job->second;
  }
  // Of the first job over the same content that has one: its objects have the same UIDs.
  std::string dateTimeOf(const std::string& content, const std::string& now) const {
    const Job* first = nullptr;
    for (const auto& [id, job] : jobs) {
      if (job.content != content || job.dateTime.empty()) continue;
      if (first == nullptr || job.sequence < first->sequence) first = &job;
    }
    return first == nullptr ? now : first->dateTime;
  }
  // This one is about all that those are about, and as it is now.
  void cancelCoveredIn(const std::set<JobState>& states, const Job& by) {
    for (auto& [id, job] : jobs) {
      if (&job == &by || states.count(job.state) == 0 || job.study != by.study ||
          !std::includes(by.series.begin(), by.series.end(), job.series.begin(),
                         job.series.end())) {
        continue;
      }
      dropOutbox(job);
      leave(job, JobState::cancelled);
      job.sourceGone = true;
    }
  }
  static void dropOutbox(Job& job) {
    for (const Entry& entry : job.outbox) {
      if (job.supersededBy.empty()) {
        job.earlier.emplace(entry.object.SOPInstanceUID, job.state == JobState::done);
      }
    }
    job.outbox.clear();
  }
  void leave(Job& job, JobState state) {
    if (state == JobState::done) {
      job.doneOrder = ++lastDone_;
      job.supersededBy.clear();
    }
    job.state = state;
    job.token.clear();
    job.dueLow = job.dueHigh = always;
    job.sourceGone = false;
  }
  void wait(Job& job, int failures, std::int64_t now) const {
    const double doubled =
        std::ldexp(static_cast<double>(settings_.firstBackOff.count()), failures - 1);
    const auto whole = static_cast<std::int64_t>(
        std::min(doubled, static_cast<double>(settings_.largestBackOff.count())));
    job.dueLow = now + whole / 2;
    job.dueHigh = now + whole;
  }

  JobStoreSettings settings_;
  int lastDone_ = 0;
};

}  // namespace cmr::test
