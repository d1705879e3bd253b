// Sees to it that a study whose series are in has one report on all of them: when something of a
// study ended and nothing of it is open or arriving any more, a job over the study is submitted,
// which the worker turns into a structured report like any other. The job store marks the studies,
// in the statement that ends a job, so no crash loses one; the same results never become a second
// report, and a later one takes the place of the earlier one (Superseder). Where the rules say what
// makes a study complete, its report waits for that as long as they say (study_completeness.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"
#include "plugin/local_time.h"
#include "plugin/study_report.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: one thread.
class StudyReporter {
 public:
  // packageSha256: of the package that is installed. onSubmitted: a job waits to be taken. clock:
  // Unix time in ms.
  StudyReporter(GroupPlanner& planner, JobStore& store, std::function<std::string()> packageSha256,
                std::function<void()> onSubmitted, LogCallback log,
                std::function<std::int64_t()> clock = unixNowMs);

  // All that is due. A study without a result has no report, and one whose earlier results are no
  // longer kept (RetentionDays) keeps the report that it has. Throws ResourceError.
  void submitDue();

 private:
  bool isPaused(const JobStore::StudyToReport& study) const;
  // version: of the study's mark. False: later.
  bool isSettled(const std::string& studyId, std::int64_t version);
  bool mustWait(const StudyReport& report, std::int64_t version);

  GroupPlanner& planner_;
  JobStore& store_;
  const std::function<std::string()> packageSha256_;
  const std::function<void()> onSubmitted_;
  const LogCallback log_;
  const std::function<std::int64_t()> clock_;
  std::string after_;  // the last study that was looked at: one that waits keeps no other waiting
  // Studies that wait for series: not looked at before, unless marked again. A restart forgets it,
  // which costs a look.
  struct Pause {
    std::int64_t version = 0;
    std::int64_t sinceMs = 0;
    std::int64_t untilMs = 0;
  };
  std::map<std::string, Pause> pauses_;
};

}  // namespace cmr
