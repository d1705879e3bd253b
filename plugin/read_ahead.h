// In the worker: images of the job that probably comes next, read on a thread of their own while a
// job is computed. What the next job takes over is what reading the same bytes would give it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"
#include "plugin/worker_protocol.h"

namespace cmr {

// Images of one job, one after the other, and then the rest of that job.
class JobReader {
 public:
  virtual ~JobReader() = default;
  // False, or an exception: something about it does not fit, and nothing of this reader is used.
  virtual bool add(const InstanceBytes& instance) = 0;
  // As WorkerDuties::analyze, of a request whose first `alreadyRead` instances were added.
  virtual AnalysisOutcome analyze(const AnalysisRequest& request, std::size_t alreadyRead,
                                  const ProgressCallback& progress) = 0;
};

// Thread ownership: settle() on the thread that computes, the others on the one that receives.
class ReadAhead {
 public:
  using MakeReader = std::function<std::unique_ptr<JobReader>(std::uint64_t mostPixelBytes)>;

  explicit ReadAhead(MakeReader make) : make_(std::move(make)) {}  // empty: nothing is read ahead
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // A hint arrives. It is taken only between take() and settle(), and one between the two.
  void begin(const HintHead& head);
  void add(InstanceBytes instance);

  struct Taken {
    std::unique_ptr<JobReader> reader;
    std::size_t count = 0;  // of the job's instances that were read, from the first one on
  };
  // A job has arrived: what was read, when it was this job's first instances, byte for byte;
  // otherwise it is forgotten.
  std::optional<Taken> take(const std::vector<InstanceBytes>& instances);

  // A job has been computed. Ends the reading with the instance that it is at, so that no file of
  // another job is in a decoder's hands when the next job begins. False: not within `patience`.
  bool settle(std::chrono::milliseconds patience);

 private:
  struct Hint {
    HintHead head;
    std::vector<InstanceBytes> instances;  // never moved: room for all of them is made before
    std::uint64_t bytes = 0;
    std::size_t read = 0;
    bool isDone = false;  // its thread touches nothing any more
    std::unique_ptr<JobReader> reader;
  };
  void readAll(Hint& hint, const std::stop_token& stop);
  const InstanceBytes* nextToRead(Hint& hint, const std::stop_token& stop);

  const MakeReader make_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  bool isOpen_ = false;
  std::unique_ptr<Hint> hint_;
  std::jthread thread_;
};

}  // namespace cmr
