// Starts, watches and restarts one worker process and hands it jobs over a local socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"

namespace cmr {

struct WorkerSettings {
  std::string executable;     // path of `cmr`
  std::string packageFolder;  // model package
  int threads = 0;            // 0: as many as there are cores
  int niceness = 10;          // the archive comes first
  std::chrono::seconds jobDeadline{1800};
  std::chrono::seconds startDeadline{300};
};

enum class LogLevel { info, warning, error };
using LogCallback = std::function<void(LogLevel, const std::string&)>;

struct WorkerStatus {
  bool running = false;
  bool ready = false;  // loaded its package and warmed up
  int processId = 0;
  int restarts = 0;
  std::string package;  // "starter 1.0.0 (sha256...)"
  std::string lastFailure;
};

// Thread ownership: run() is called from one service thread; status() and stop() from any.
class WorkerSupervisor {
 public:
  WorkerSupervisor(WorkerSettings settings, LogCallback log);
  ~WorkerSupervisor();
  WorkerSupervisor(const WorkerSupervisor&) = delete;
  WorkerSupervisor& operator=(const WorkerSupervisor&) = delete;

  // Blocks until the worker answered, died or ran over its deadline; starts a worker when none
  // runs. Never throws: a lost worker is an outcome of kind failed with the cause.
  // A CancelledError thrown by progress ends the job (the worker is killed) as failed/"cancelled".
  AnalysisOutcome run(const AnalysisRequest& request, const ProgressCallback& progress);

  WorkerStatus status() const;
  void stop();  // ends the worker in bounded time; run() in progress returns failed

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cmr
