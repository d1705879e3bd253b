// Starts, watches and restarts one worker process and hands it jobs over a local socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"
#include "plugin/read_hint.h"

namespace cmr {

struct WorkerSettings {
  std::string executable;       // path of `cmr`
  std::string packageFolder;    // model package of requests that name no other
  int threads = 0;              // 0: as many as there are cores
  std::string visibleGpu = {};  // its CUDA_VISIBLE_DEVICES; empty: that of this process
  std::vector<std::string> reportExperimental;   // structures; see site_release.h
  std::vector<std::string> allowedScripts = {};  // SHA-256; see script_permission.h
  int niceness = 10;                             // the archive comes first
  // Resident memory of the worker while it has a job; above it is killed. 0: no ceiling. Not of
  // address space, which a GPU's driver takes without end.
  std::uint64_t memoryCeilingBytes = 0;
  std::chrono::seconds jobDeadline{1800};
  std::chrono::seconds startDeadline{300};
  std::chrono::milliseconds silenceLimit{60000};  // without a sign of life, then it is killed
  std::chrono::milliseconds cancelGrace{3000};    // for a worker to stop a job by itself
  std::chrono::milliseconds stopGrace{3000};      // for a worker to end by itself
  // Pause before a worker is started again: none after its first failure, then the first value,
  // doubled with each further failure in a row, at most the second.
  std::chrono::milliseconds firstBackOff{1000};
  std::chrono::milliseconds largestBackOff{60000};
};

enum class LogLevel { info, warning, error };
using LogCallback = std::function<void(LogLevel, const std::string&)>;

struct WorkerStatus {
  bool running = false;
  bool ready = false;  // loaded its package and warmed up
  int processId = 0;
  std::string jobId;  // that it has, or that it is started for; empty: none
  int restarts = 0;
  std::string package;  // "starter 1.0.0 (sha256...)"
  std::string packageSha256;
  std::string device;  // "cpu/bfloat16"
  std::string lastFailure;
  std::string programVersion;       // as it says itself; empty before its first words
  std::string confinement;          // likewise
  std::string libraries;            // likewise
  std::uint64_t residentBytes = 0;  // 0 while none runs
  // Hints (read_hint.h) whose images the next job was computed from, and those for nothing.
  std::int64_t hintsUsed = 0;
  std::int64_t hintsDropped = 0;
  std::int64_t jobsOnProcessor = 0;  // that did not fit on the worker's GPU
  BatchCounts batches;               // of all jobs that were answered
  std::optional<GpuMemory> gpu;      // at the end of the last one; nothing while no worker runs
};

// Thread ownership: run() is called from one service thread; status() and stop() from any.
class WorkerSupervisor {
 public:
  WorkerSupervisor(WorkerSettings settings, LogCallback log);
  ~WorkerSupervisor();
  WorkerSupervisor(const WorkerSupervisor&) = delete;
  WorkerSupervisor& operator=(const WorkerSupervisor&) = delete;

  // Blocks until the worker answered, died or ran over its deadline; starts a worker when none
  // runs, or when the one that runs loaded another package than the request asks for, be it of
  // another folder. A package
  // that is not the one asked for computes nothing: that is an outcome of kind failed, too.
  // Never throws: a lost worker is an outcome of kind failed with the cause.
  // progress is called on the caller's thread, at least about once a second, also while the worker
  // starts or computes in silence. A CancelledError thrown by it ends the job as
  // failed/"cancelled": the worker is asked to stop and killed when it does not in cancelGrace.
  // hint: asked on the caller's thread while the worker computes, unless it fills half of its
  // memory ceiling. What is said there is the next job's, if it comes with the same images, and
  // nothing is owed to it.
  AnalysisOutcome run(const AnalysisRequest& request, const ProgressCallback& progress,
                      const HintCallback& hint = {});

  WorkerStatus status() const;
  void stop();  // ends the worker in bounded time; run() in progress returns failed

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmr
