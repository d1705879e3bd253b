// Takes jobs from the queue, one at a time, and has the worker analyse them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "plugin/analysis_request.h"
#include "plugin/archive.h"
#include "plugin/doorbell.h"
#include "plugin/job_store.h"
#include "plugin/memory_promises.h"
#include "plugin/next_job.h"
#include "plugin/package_shelf.h"
#include "plugin/service_metrics.h"
#include "plugin/worker_supervisor.h"

namespace cmr {

// What jobs taken now can be computed with.
struct PackagesInUse {
  std::string problem;                 // why no job at all is taken (a floor); empty when some are
  std::vector<PackageInUse> packages;  // empty: whatever package a job is for
  // Reports on studies are made of numbers that are there: any package writes them. The place in
  // the list of the one that does; the worker may have it loaded.
  std::size_t forStudies = 0;
};

struct DispatcherDuties {
  // WorkerSupervisor::run, or what stands in for it in a test.
  std::function<AnalysisOutcome(const AnalysisRequest&, const ProgressCallback&,
                                const HintCallback&)>
      analyze;
  std::function<void()> onResults;                        // something waits to be stored
  std::function<void(const std::string&)> onOtherSource;  // this series is not what was submitted
  LogCallback log;
  // Asked before each job; absent: whatever package a job is for.
  std::function<PackagesInUse()> packages = {};
  ServiceMetrics* metrics = nullptr;  // counts what happens; may be absent
  MemoryPromises* memory = nullptr;   // shared with other dispatchers; absent: nobody asks for it
  // Asked before a job is tried with the package of this hash, and held until it has ended; empty:
  // the job goes back to the queue (CircuitBreaker::admit). Absent: always.
  std::function<std::shared_ptr<void>(const std::string&)> admit = {};
};

struct DispatcherSettings {
  bool storeResults = true;  // false: results are kept as JSON, no object goes to the archive
  // Of one acquisition group, held in the archive's process while it is sent to the worker.
  std::uint64_t largestJobBytes = std::uint64_t{4} << 30;
  // Above this a job has to be promised memory before its images are fetched.
  std::uint64_t largeJobBytes = std::uint64_t{256} << 20;
  bool readAhead = false;  // the worker is told what comes next (next_job.h)
};

// Thread ownership: run() on one thread, ring() and trouble() from any.
class Dispatcher {
 public:
  Dispatcher(Archive& archive, JobStore& store, DispatcherDuties duties,
             DispatcherSettings settings = {});

  void run(const std::stop_token& stop);
  bool round(const std::stop_token& stop) noexcept;  // of run(): all that is due; false: trouble
  // What a round repeats: one job that is due, if there is one; false when there is none.
  bool takeOne(const std::stop_token& stop);
  void ring() { bell_.ring(); }
  std::string trouble() const;  // why no job is taken at present; empty when all is well

 private:
  void process(const Lease& lease, const PackagesInUse& packages, const std::stop_token& stop);
  // Where a package lies that this job can be computed with; empty: there is none.
  std::optional<PackageInUse> packageFor(const Lease& lease, const PackagesInUse& packages);
  struct Collected {
    AnalysisRequest request;
    std::shared_ptr<void> memory;  // that it was promised; null: it takes little
  };
  std::optional<Collected> collect(const Lease& lease, const ProgressCallback& progress);
  std::optional<Collected> collectStudy(const Lease& lease, const std::string& packageSha256);
  std::optional<std::vector<ArchivedInstance>> checkedInstances(const Lease& lease,
                                                                const ProgressCallback& progress);
  // Nothing: the images cannot be held, and the job was ended for that reason. Waits while others
  // hold what it needs.
  struct Room {
    std::shared_ptr<void> promise;
  };
  std::optional<Room> roomFor(const Lease& lease, std::uint64_t bytes,
                              const ProgressCallback& progress);
  void sourceGone(const Lease& lease, const std::string& resourceId, const std::string& reason);
  void sourceChanged(const Lease& lease, const std::string& reason);
  void finish(const Lease& lease, const AnalysisOutcome& outcome, const std::stop_token& stop);
  JobStore::Finished keep(const Lease& lease, const AnalysisOutcome& outcome);
  void analysed(const Lease& lease, const AnalysisOutcome& outcome);
  void fail(const Lease& lease, const std::string& reason, FailureCause cause);
  void failed(const Lease& lease, const std::string& reason, FailureCause cause) const;
  void took(ServiceStage stage, double seconds) const;
  void expireLeases();
  void setTrouble(const std::string& trouble);

  Archive& archive_;
  JobStore& store_;
  const DispatcherDuties duties_;
  const DispatcherSettings settings_;
  NextJob next_;
  Doorbell bell_;
  mutable std::mutex mutex_;
  std::string trouble_;
};

}  // namespace cmr
