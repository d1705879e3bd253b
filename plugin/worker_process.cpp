#include "plugin/worker_process.h"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "plugin/framed_socket.h"
#include "plugin/worker_exchange.h"

namespace cmr {
namespace {

constexpr std::chrono::milliseconds heartbeatInterval{500};
constexpr std::chrono::milliseconds sendDeadline{60000};
// The supervisor speaks at once, and its end closes the socket: this only bounds a hung one.
constexpr std::chrono::milliseconds handshakeDeadline{300000};

enum ExitCode { asked = 0, noPackage = 1, protocolBroken = 2, inDisorder = 4 };

TimePoint within(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

std::shared_ptr<spdlog::logger> stderrLogger() {
  auto logger =
      std::make_shared<spdlog::logger>("worker", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("[%l] %v");  // the archive's log adds time and source
  logger->flush_on(spdlog::level::info);
  return logger;
}

// A second descriptor of the same socket, so that reading and writing each have their own.
int duplicate(int descriptor) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw ResourceError("the worker was given no socket");
  return copy;
}

AnalysisOutcome outcomeOf(OutcomeKind kind, const std::string& reason) {
  AnalysisOutcome outcome;
  outcome.kind = kind;
  outcome.reason = reason;
  return outcome;
}

// What came over the socket, and what was read of it before it came.
struct Job {
  AnalysisRequest request;
  std::optional<ReadAhead::Taken> read;
};

class Worker {
 public:
  Worker(int socketDescriptor, const WorkerDuties& duties)
      : duties_(duties),
        log_(stderrLogger()),
        reading_(duplicate(socketDescriptor)),
        writing_(socketDescriptor),
        readAhead_(duties.readAhead) {}

  int serve() {
    if (!handshake()) return protocolBroken;
    const std::jthread heart([this](const std::stop_token& stop) { beat(stop); });
    if (!load()) return noPackage;
    const std::jthread reader([this] { read(); });
    serveJobs();
  }

 private:
  bool handshake() {
    const std::optional<Frame> frame = reading_.receive(within(handshakeDeadline));
    if (!frame || frame->type != FrameType::hello) return false;
    const Hello theirs = decodeHello(frame->payload);
    send(FrameType::hello, encode(Hello{workerProtocolVersion, programVersion, duties_.confinement,
                                        duties_.libraries}));
    if (theirs.protocolVersion == workerProtocolVersion) return true;
    log_->error("the plugin speaks version {} of the protocol, this worker version {}",
                theirs.protocolVersion, workerProtocolVersion);
    return false;
  }

  bool load() {
    setStage(true, 0, "loading the model package");
    try {
      const PackageIdentity identity = duties_.load();
      setStage(false, 0, "");
      send(FrameType::ready, encode(identity));
      log_->info("ready: package {} {} on {} in {}", identity.name, identity.version,
                 identity.device, identity.precision);
      return true;
    } catch (const std::exception& error) {
      log_->error("{}", error.what());
      send(FrameType::failure, encodeText(error.what()));
      return false;
    }
  }

  // --- the reader's thread --------------------------------------------------------------------

  void read() {
    try {
      for (;;) {
        std::optional<Frame> frame = reading_.receive(TimePoint::max());
        if (frame) take(*frame);
      }
    } catch (const PeerGoneError&) {
      endNow(asked);
    } catch (const std::exception& error) {
      log_->error("{}", error.what());
      endNow(protocolBroken);
    }
  }

  void take(const Frame& frame) {
    std::optional<AnalysisRequest> request;
    if (frame.type == FrameType::request) {
      {
        const std::lock_guard lock(mutex_);
        cancelledJob_.reset();
      }
      request = incoming_.begin(frame);
    } else if (frame.type == FrameType::instance) {
      request = incoming_.add(frame);
    } else if (frame.type == FrameType::cancel) {
      cancel(decodeText(frame.payload));
    } else if (frame.type == FrameType::hint) {
      readAhead_.begin(decodeHintHead(frame.payload));
    } else if (frame.type == FrameType::hintInstance) {
      readAhead_.add(decodeInstance(frame.payload));
    } else {
      throw ProtocolError("the plugin sent a message of type " +
                          std::to_string(static_cast<std::uint32_t>(frame.type)) + " out of place");
    }
    if (!request) return;
    auto read = readAhead_.take(request->instances);
    const std::lock_guard lock(mutex_);
    jobs_.push_back({*std::move(request), std::move(read)});
    changed_.notify_all();
  }

  void cancel(const std::string& jobId) {
    if (incoming_.abandon(jobId)) {  // the job had not even arrived whole
      sendOutcomeLocked(jobId, outcomeOf(OutcomeKind::failed, "cancelled"));
      return;
    }
    const std::lock_guard lock(mutex_);
    cancelledJob_ = jobId;
  }

  [[noreturn]] void serveJobs() {
    try {
      while (work(nextJob())) continue;
      endNow(inDisorder);
    } catch (const std::exception& error) {  // an answer could not be sent
      log_->error("{}", error.what());
      endNow(protocolBroken);
    }
  }

  // --- the heartbeat's thread -----------------------------------------------------------------

  void beat(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      changed_.wait_for(lock, stop, heartbeatInterval, [] { return false; });
      if (!busy_ || stop.stop_requested()) continue;
      const Progress progress = progress_;
      lock.unlock();
      trySend(progress);
      lock.lock();
    }
  }

  void trySend(const Progress& progress) {
    try {
      send(FrameType::progress, encode(progress));
    } catch (const std::exception&) {
      endNow(asked);  // nobody listens any more
    }
  }

  // --- the working thread ---------------------------------------------------------------------

  Job nextJob() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !jobs_.empty(); });
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    progress_ = {0, "received"};
    return job;
  }

  AnalysisOutcome analyze(Job& job) {
    const ProgressCallback progress = [&](double fraction, const std::string& stage) {
      report(job.request.jobId, fraction, stage);
    };
    if (!job.read) return duties_.analyze(job.request, progress);
    return job.read->reader->analyze(job.request, job.read->count, progress);
  }

  // False when an error of unknown nature came up: a broken device context or heap would spoil
  // the jobs after this one, too; and when an image of another job is in a decoder without an end.
  bool work(Job job) {
    const AnalysisRequest& request = job.request;
    log_->info("job {}: {} instances, {} of them read before", request.jobId,
               request.instances.size(), job.read ? job.read->count : 0);
    AnalysisOutcome outcome;
    bool inOrder = true;
    try {
      outcome = analyze(job);
    } catch (const CancelledError&) {
      outcome = outcomeOf(OutcomeKind::failed, "cancelled");
    } catch (const InputError& error) {
      outcome = outcomeOf(OutcomeKind::notAnalysable, error.what());
    } catch (const ResourceError& error) {
      outcome = outcomeOf(OutcomeKind::failed, error.what());
    } catch (const std::bad_alloc&) {
      outcome = outcomeOf(OutcomeKind::failed, outOfMemory);
    } catch (const std::exception& error) {
      outcome = outcomeOf(OutcomeKind::failed, error.what());
      inOrder = false;
    }
    outcome.usedHint = job.read.has_value();
    if (!readAhead_.settle(duties_.readAheadPatience)) {
      log_->error("an image that may come next could not be read in time");
      inOrder = false;
    }
    outcome.endsWorker = !inOrder;
    setStage(false, 1, "");
    logOutcome(request.jobId, outcome);
    sendOutcomeLocked(request.jobId, outcome);
    return inOrder;
  }

  void report(const std::string& jobId, double fraction, const std::string& stage) {
    const std::lock_guard lock(mutex_);
    progress_ = {fraction, stage};
    if (cancelledJob_ == jobId) throw CancelledError("cancelled");
  }

  void logOutcome(const std::string& jobId, const AnalysisOutcome& outcome) const {
    if (outcome.withoutGpu) {
      log_->warn("job {}: ran without its GPU, whose memory gave out", jobId);
    }
    switch (outcome.kind) {
      case OutcomeKind::analysed:
        log_->info("job {}: analysed, {} objects", jobId, outcome.objects.size());
        break;
      case OutcomeKind::notAnalysable:
        log_->info("job {}: not analysable", jobId);  // why is the plugin's to say, or not to
        break;
      case OutcomeKind::failed:
        log_->error("job {}: {}", jobId, outcome.reason);
        break;
    }
  }

  // --- any thread -----------------------------------------------------------------------------

  void setStage(bool busy, double fraction, const std::string& stage) {
    const std::lock_guard lock(mutex_);
    busy_ = busy;
    progress_ = {fraction, stage};
  }

  void send(FrameType type, const std::string& payload) {
    const std::lock_guard lock(writeMutex_);
    writing_.send(type, payload, within(sendDeadline));
  }

  void sendOutcomeLocked(const std::string& jobId, const AnalysisOutcome& outcome) {
    const std::lock_guard lock(writeMutex_);
    sendOutcome(writing_, jobId, outcome, sendDeadline);
  }

  // A worker has nothing to put in order: what it had to say is said, and other threads compute.
  [[noreturn]] void endNow(ExitCode code) const {
    log_->flush();
    std::_Exit(code);
  }

  const WorkerDuties& duties_;
  const std::shared_ptr<spdlog::logger> log_;
  FramedSocket reading_;       // the handshake, then the reader's thread
  RequestAssembler incoming_;  // reader's thread
  std::mutex writeMutex_;      // guards writing_; never taken before mutex_ is let go
  FramedSocket writing_;
  ReadAhead readAhead_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::optional<std::string> cancelledJob_;
  bool busy_ = false;
  Progress progress_;
};

}  // namespace

int runWorker(int socketDescriptor, const WorkerDuties& duties) {
  try {
    return Worker(socketDescriptor, duties).serve();
  } catch (const PeerGoneError&) {
    return asked;
  } catch (const std::exception& error) {
    stderrLogger()->error("{}", error.what());
    return protocolBroken;
  }
}

void warmUp(FrameSegmenter& segmenter) {
  constexpr int size = 128;
  ImageStack blank;
  blank.rows = size;
  blank.columns = size;
  blank.sliceCount = 2;
  blank.phaseCount = 2;
  for (int slice = 0; slice < blank.sliceCount; ++slice) {
    blank.planes.push_back({{0, 0, 8.0 * slice}, {1, 0, 0}, {0, 1, 0}, 1.4, 1.4});
  }
  blank.frames.resize(4);
  for (StackFrame& frame : blank.frames) frame.pixels.assign(size * size, 0.0F);
  segmenter.segment(blank, [](double, const std::string&) {});
}

}  // namespace cmr
