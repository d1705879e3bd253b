// Sees to it that a study whose series are in has one report on all of them: when something of a
// study ended and nothing of it is open or arriving any more, a job over the study is submitted,
// which the worker turns into a structured report like any other. The job store marks the studies,
// in the statement that ends a job, so no crash loses one; the same results never become a second
// report, and a later one takes the place of the earlier one (Superseder).
#pragma once

#include <functional>

#include "plugin/group_planner.h"
#include "plugin/job_store.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// Thread ownership: one thread.
class StudyReporter {
 public:
  // packageSha256: of the package that is installed. onSubmitted: a job waits to be taken.
  StudyReporter(GroupPlanner& planner, JobStore& store, std::function<std::string()> packageSha256,
                std::function<void()> onSubmitted, LogCallback log);

  // All that is due. A study without a result has no report, and one whose earlier results are no
  // longer kept (RetentionDays) keeps the report that it has. Throws ResourceError.
  void submitDue();

 private:
  bool isSettled(const std::string& studyId);  // false: later

  GroupPlanner& planner_;
  JobStore& store_;
  const std::function<std::string()> packageSha256_;
  const std::function<void()> onSubmitted_;
  const LogCallback log_;
};

}  // namespace cmr
