// What the service counts while it works: durations by stage, failures by cause, ends of jobs.
// Counters start at zero with the process, as Prometheus expects.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>

#include "plugin/failure_cause.h"
#include "plugin/job_store.h"

namespace cmr {

enum class ServiceStage {
  wait,     // from the submission to the first claim
  fetch,    // reading a job's images from the archive
  analyze,  // the worker, its start included when it had to be started
  store     // one object into the archive
};
inline constexpr ServiceStage allServiceStages[] = {ServiceStage::wait, ServiceStage::fetch,
                                                    ServiceStage::analyze, ServiceStage::store};
const char* serviceStageName(ServiceStage stage);

// Upper bounds of the classes, in seconds; what is longer is in none of them.
inline constexpr std::array<double, 12> durationBoundsS{0.1, 0.25, 0.5, 1,   2.5,  5,
                                                        10,  30,   60,  300, 1800, 86400};

struct DurationHistogram {
  std::array<std::int64_t, durationBoundsS.size()> upTo{};  // each includes those before it
  std::int64_t count = 0;
  double sumS = 0;
};

// Thread ownership: any thread.
class ServiceMetrics {
 public:
  struct Counts {
    std::map<ServiceStage, DurationHistogram> durations;
    std::map<FailureCause, std::int64_t> failures;  // attempts that failed
    std::map<JobState, std::int64_t> ended;         // analysed (done), notAnalysable
    std::int64_t storeFailures = 0;
  };

  void took(ServiceStage stage, double seconds);  // negative ones (a clock was set) count as zero
  void failed(FailureCause cause);
  void ended(JobState state);
  void storeFailed();
  Counts counts() const;

 private:
  mutable std::mutex mutex_;
  Counts counts_;
};

}  // namespace cmr
