// Reads the archive's change log, decides about every series that became stable and submits jobs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "plugin/change_watermark.h"
#include "plugin/doorbell.h"
#include "plugin/group_planner.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

struct IntakeStatus {
  std::int64_t lastChange = 0;      // every change up to this one was dealt with
  std::size_t unsettled = 0;        // instances that arrived and whose series was not looked at
  std::size_t waitingForHours = 0;  // series whose rule names hours that are not now
  std::size_t waitingForStudy = 0;  // series whose study is still arriving
  std::int64_t submitted = 0;       // since the start
  std::int64_t skipped = 0;
  std::string lastSkipped;  // verdict of the last one
  std::string trouble;      // of the last round; empty when all is well
};

// Thread ownership: run() on one thread, the rest from any. The calls for callbacks only lock and
// remember: no SQL, no REST.
class Intake {
 public:
  // startingPoint: where the change log stood when the archive started. A store that knows no
  // archive yet begins there: what an archive of years already holds is not analysed by itself.
  // earlyStart: a wanted series whose announced number of images is here is not waited for; what
  // arrives after all makes a job that supersedes the first.
  Intake(Archive& archive, JobStore& store, GroupPlanner& planner, std::int64_t startingPoint,
         LogCallback log, std::function<void()> onSubmitted, bool earlyStart = false);

  void run(const std::stop_token& stop);
  bool round(const std::stop_token& stop) noexcept;  // of run(); false: trouble
  // The work of a round: everything that is known by now.
  void step(const std::stop_token& stop);

  void changed() { bell_.ring(); }               // for callbacks
  void deleted(const std::string& resourceId);   // for callbacks: a study or a series
  void reconsider(const std::string& seriesId);  // look at it again
  // A study was tied to an exam (JobStore::studiesTiedAnew): where rules ask what was scheduled,
  // its series that were left alone, by rules or by their pictures, are looked at again.
  void tied() { bell_.ring(); }
  // Look at these again: what is a new job now (another package, other rules) comes behind all
  // others. Forgotten with the process; asked for again, what is a job by then stays one.
  void backfill(const std::vector<std::string>& seriesIds);
  IntakeStatus status() const;

 private:
  void reconsiderAll(const std::vector<std::string>& seriesIds);
  void begin(const std::stop_token& stop);
  void rescan(const std::stop_token& stop);
  void dropDeleted();
  void readChanges(const std::stop_token& stop);
  void studyBecameStable(const std::string& studyId);
  void stopWaiting(const std::string& studyId, const std::string& seriesId);
  void sweep(const std::stop_token& stop);
  void sweepRescan(const std::stop_token& stop);
  void sweepOne(const std::string& instanceId, std::unordered_set<std::string>& seen);
  void lookAgain(const std::stop_token& stop);
  std::vector<std::string> nextToReconsider();
  void endBackfill(const std::string& seriesId);
  void takeUpTies();
  void settleTies();
  std::set<std::string> seriesLeftAlone(const std::string& studyId);
  void tryToDecide(const std::string& seriesId);
  void noteFailing(const std::string& seriesId, const std::string& why);
  void decide(const std::string& seriesId);
  bool mustWait(const SeriesLook& series);
  bool mustWaitForImages(const SeriesLook& series) const;
  bool mustWaitForStudy(const SeriesLook& series);
  bool mustWaitForHours(const SeriesLook& series);
  void decideWhatIsDue();
  bool isKnown(const SeriesLook& series);
  void tieToExam(const SeriesLook& series);
  void leaveAlone(const SeriesLook& series, const std::string& why);
  void plan(const SeriesLook& series);
  void dropPlanned(const AcquisitionGroup& group);
  void submitPlanned();
  std::vector<JobStore::Submitted> submitOneByOne();
  void settle(const SeriesLook& series);
  void remember(std::function<void(IntakeStatus&)> change);
  void saveProgress();

  Archive& archive_;
  JobStore& store_;
  GroupPlanner& planner_;
  const std::int64_t startingPoint_;
  const LogCallback log_;
  const std::function<void()> onSubmitted_;
  const bool earlyStart_;
  Doorbell bell_;

  mutable std::mutex mutex_;  // guards the next four
  std::vector<std::string> deleted_;
  std::set<std::string> reconsidered_;  // until a look went through
  std::set<std::string> backfilled_;    // until they are settled
  IntakeStatus status_;

  // Of the thread in run().
  bool begun_ = false;
  std::int64_t read_ = 0;   // sequence up to which the log was read
  std::int64_t saved_ = 0;  // what the store knows
  ChangeWatermark watermark_;
  std::map<std::string, std::set<std::string>> waiting_;  // study -> series
  struct Deferred {
    TimeWindow hours;
    std::string rulesSha256;  // other rules may name other hours
    std::vector<std::string> instanceIds;
  };
  std::map<std::string, Deferred> deferred_;    // series -> what it waits for
  std::map<std::string, std::string> failing_;  // series -> why it could not be decided
  // Series that the last rescan came upon and that are not settled yet. No line of the change log
  // leads back to them: as long as there are some, the store says that a rescan is due.
  std::set<std::string> leftByRescan_;
  std::set<std::string> settledNow_;  // series decided since the page at hand was read
  // Groups that become jobs in one transaction, at the end of the page at the latest.
  struct Planned {
    AcquisitionGroup group;
    std::string verdict;
  };
  std::vector<Planned> planned_;
  std::map<std::string, std::int64_t> ties_;  // taken up, not settled: study -> version
  std::string lookedAgain_;                   // the last of those that were reconsidered
  std::chrono::steady_clock::time_point firstPlanned_{};
  std::chrono::steady_clock::time_point nextSweep_{};
};

}  // namespace cmr
