// What the worker may read while it computes a job: the images of the one that would be claimed
// next, which is looked at and not claimed. A file that gets the better of the worker there costs
// the job beside it at most one attempt, ever: there is a hint beside first attempts only, one that
// was out when a job failed is not given again, and none at all is until another job ended well.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "plugin/analysis_request.h"
#include "plugin/archive.h"
#include "plugin/job_store.h"
#include "plugin/read_hint.h"

namespace cmr {

// Thread ownership: the dispatcher's thread.
class NextJob {
 public:
  NextJob(Archive& archive, JobStore& store) : archive_(archive), store_(store) {}

  // For the time in which this job is computed; refers to this object and to the lease. The
  // package: of both jobs, "" for any.
  HintCallback beside(const Lease& running, const std::string& packageSha256);
  // How the job ended beside which the hint was.
  void ended(const AnalysisOutcome& outcome);

 private:
  std::optional<ReadHint> look(const Lease& running, const std::string& packageSha256);
  std::optional<ReadHint> hintOf(const JobRecord& job);

  Archive& archive_;
  JobStore& store_;
  std::string hintedJob_;
  std::set<std::string> blamed_;  // for the life of this process
  bool isQuiet_ = false;
  std::chrono::steady_clock::time_point nextLook_{};
};

}  // namespace cmr
