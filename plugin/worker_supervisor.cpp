#include "plugin/worker_supervisor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "analysis/program.h"
#include "plugin/child_keeper.h"
#include "plugin/descriptor.h"
#include "plugin/framed_socket.h"
#include "plugin/hint_sender.h"
#include "plugin/resident_memory.h"
#include "plugin/worker_environment.h"
#include "plugin/worker_exchange.h"
#include "plugin/worker_limits.h"
#include "plugin/worker_line.h"
#include "plugin/worker_protocol.h"
#include "plugin/worker_trouble.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

// So often progress is called in silence, and the worker's memory is looked at.
constexpr std::chrono::milliseconds tick{200};
// So long the worker is listened to between two pieces of a hint.
constexpr std::chrono::milliseconds betweenPieces{1};
constexpr std::chrono::milliseconds sendDeadline{60000};  // for one frame
constexpr const char* cancelled = "cancelled";
constexpr const char* startingStage = "the worker is starting";
constexpr const char* stopped = "the worker was stopped";

std::vector<std::string> argumentsOf(const WorkerSettings& settings, const std::string& folder) {
  std::vector<std::string> arguments = {
      settings.executable, "worker", "--socket",  std::to_string(childSocketDescriptor),
      "--package",         folder,   "--threads", std::to_string(settings.threads)};
  for (const std::string& structure : settings.reportExperimental) {
    arguments.insert(arguments.end(), {"--report-experimental", structure});
  }
  for (const std::string& sha256 : settings.allowedScripts) {
    arguments.insert(arguments.end(), {"--allow-script", sha256});
  }
  return arguments;
}

// In which nobody listened to the worker.
template <typename Call>
Clock::duration timeOf(const Call& call) {
  const TimePoint start = Clock::now();
  call();
  return Clock::now() - start;
}

}  // namespace

class WorkerSupervisor::Impl {
 public:
  Impl(WorkerSettings settings, LogCallback logCallback)
      : settings_(std::move(settings)),
        log_(std::move(logCallback)),
        keeper_([this](const std::string& line) { forward(line); }) {}

  ~Impl() { stop(); }

  AnalysisOutcome run(const AnalysisRequest& request, const ProgressCallback& progress,
                      const HintCallback& hint) {
    const std::lock_guard oneAtATime(runMutex_);
    HintSender next(hint, hintLimits(settings_.memoryCeilingBytes));
    noteJob(request.jobId);
    AnalysisOutcome outcome = attempt(request, progress, next);
    noteJob({});
    outcome.besideHint = outcome.kind == OutcomeKind::failed && next.hasBegun();
    countHints(outcome, next.hasBegun());
    countUse(outcome);
    return outcome;
  }

  WorkerStatus status() const {
    const std::lock_guard lock(mutex_);
    WorkerStatus now = status_;
    now.running = keeper_.running();
    now.ready = now.ready && now.running;
    if (!now.running) {
      now.processId = 0;
      now.gpu.reset();
    }
    now.residentBytes = residentBytes(now.processId);
    return now;
  }

  void stop() {
    std::shared_ptr<FramedSocket> socket;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      socket = socket_;
    }
    wake_.notify_all();
    if (socket) socket->interrupt();  // run() lets go of it and closes it
    socket.reset();
    const std::lock_guard waitsForRun(runMutex_);
    endWorker(settings_.stopGrace);
  }

 private:
  AnalysisOutcome attempt(const AnalysisRequest& request, const ProgressCallback& progress,
                          HintSender& next) {
    try {
      dropOtherPackage(request);
      useFolderOf(request);
      ensureReady(progress);
      requirePackage(request);
      AnalysisOutcome outcome = exchange(request, progress, next);
      failuresInARow_ = 0;
      if (outcome.endsWorker) endWorker(settings_.stopGrace);
      if (outcome.kind == OutcomeKind::failed) outcome.cause = causeSaid(outcome);
      return outcome;
    } catch (const CancelledError&) {
      return failedBecause(stopping_ ? stopped : cancelled, FailureCause::other);
    } catch (const InputError& error) {  // the request can never be sent
      AnalysisOutcome outcome;
      outcome.kind = OutcomeKind::notAnalysable;
      outcome.reason = error.what();
      return outcome;
    } catch (const std::exception& error) {
      const FailureCause cause = causeOf(error, ready_);
      return failedBecause(loseWorker(error.what()), cause);
    }
  }

  void noteJob(const std::string& id) {
    const std::lock_guard lock(mutex_);
    status_.jobId = id;
  }

  // Of the hint that came with the job before, and of the one beside this job.
  void countHints(const AnalysisOutcome& outcome, bool newHint) {
    const std::lock_guard lock(mutex_);
    if (isHinted_) ++(outcome.usedHint ? status_.hintsUsed : status_.hintsDropped);
    isHinted_ = newHint && socket_ != nullptr;
    if (newHint && !isHinted_) ++status_.hintsDropped;
  }

  void countUse(const AnalysisOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome.withoutGpu) ++status_.jobsOnProcessor;
    status_.batches.add(outcome.use.batches);
    if (outcome.use.gpu && socket_) status_.gpu = outcome.use.gpu;
  }

  // --- starting -----------------------------------------------------------------------------

  void ensureReady(const ProgressCallback& progress) {
    if (stopping_) throw CancelledError(stopped);
    if (socket_ && !keeper_.running()) loseWorker("it ended while it had nothing to do");
    if (!socket_) {
      waitForBackOff(progress);
      launch();
      socket_->send(FrameType::hello, encode(Hello{workerProtocolVersion, programVersion}),
                    Clock::now() + settings_.startDeadline);
    }
    if (!isGreeted_) handshake(progress);
    if (!ready_) waitUntilReady(progress);  // a job may be cancelled while the worker starts
  }

  bool hasOtherPackage(const AnalysisRequest& request) const {
    const std::lock_guard lock(mutex_);
    return !request.packageSha256.empty() && status_.packageSha256 != request.packageSha256;
  }

  // Nothing is wrong with a worker whose package was replaced on the disk, or that loaded the one
  // of other jobs: it ends in peace.
  void dropOtherPackage(const AnalysisRequest& request) {
    if (!ready_ || !hasOtherPackage(request)) return;
    log_(LogLevel::info, "the worker is started again, as the model package is another one now");
    endWorker(settings_.stopGrace);
  }

  // From here on workers load it. One that was still starting with another has done nothing yet,
  // and what went wrong with the other says nothing about this one.
  void useFolderOf(const AnalysisRequest& request) {
    const std::string& wanted =
        request.packageFolder.empty() ? settings_.packageFolder : request.packageFolder;
    if (folder_ == wanted) return;
    if (socket_ && !ready_) endWorker(settings_.stopGrace);
    folder_ = wanted;
    failuresInARow_ = 0;
  }

  void requirePackage(const AnalysisRequest& request) const {
    if (!hasOtherPackage(request)) return;
    throw WorkerTrouble(FailureCause::package, "it loaded model package " + status().packageSha256 +
                                                   ", the job is for package " +
                                                   request.packageSha256);
  }

  void waitForBackOff(const ProgressCallback& progress) {
    const TimePoint next = lastFailure_ + backOffAfter(failuresInARow_, settings_.firstBackOff,
                                                       settings_.largestBackOff);
    while (Clock::now() < next) {
      progress(0, "waiting before the worker is started again");
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, std::min(next, Clock::now() + tick),
                       [this] { return stopping_.load(); });
      if (stopping_) throw CancelledError(stopped);
    }
  }

  void launch() {
    const SocketPair ends = makeSocketPair();
    Descriptor first(ends.first);
    const Descriptor second(ends.second);
    const auto ours = std::make_shared<FramedSocket>(first.get());
    first.release();
    ChildSpec spec;
    spec.arguments = argumentsOf(settings_, folder_);
    spec.environment = workerEnvironment(settings_.visibleGpu);
    spec.niceness = settings_.niceness;
    spec.socket = second.get();
    const int processId = keeper_.start(spec);
    isGreeted_ = false;
    const std::lock_guard lock(mutex_);
    if (started_) ++status_.restarts;
    started_ = true;
    status_.processId = processId;
    socket_ = ours;
    if (stopping_) socket_->interrupt();
  }

  void handshake(const ProgressCallback& progress) {
    const Hello answer = awaitHello(progress);
    isGreeted_ = true;
    if (answer.protocolVersion != workerProtocolVersion) {
      throw ProtocolError("it speaks version " + std::to_string(answer.protocolVersion) +
                          " of the protocol, the plugin version " +
                          std::to_string(workerProtocolVersion) + ": install matching ones");
    }
    {
      const std::lock_guard lock(mutex_);
      status_.programVersion = answer.programVersion;
      status_.confinement = answer.confinement;
      status_.libraries = answer.libraries;
    }
    if (answer.programVersion != programVersion) {
      log_(LogLevel::warning, "the worker is version " + answer.programVersion +
                                  ", the plugin version " + programVersion);
    }
  }

  // A niced process on a crowded server may need minutes to load its libraries.
  Hello awaitHello(const ProgressCallback& progress) {
    const TimePoint until = Clock::now() + settings_.startDeadline;
    while (Clock::now() < until) {
      progress(0, startingStage);
      const std::optional<Frame> frame = socket_->receive(std::min(until, Clock::now() + tick));
      if (stopping_) throw CancelledError(stopped);
      if (!frame) continue;
      if (frame->type != FrameType::hello) throwUnexpected(*frame);
      return decodeHello(frame->payload);
    }
    throw WorkerTrouble(FailureCause::start, "it did not answer the handshake in time");
  }

  void waitUntilReady(const ProgressCallback& progress) {
    WorkerPatience patience(settings_.startDeadline, settings_.silenceLimit, "to start");
    for (;;) {
      progress(0, startingStage);
      const std::optional<Frame> frame =
          socket_->receive(std::min(patience.until(), Clock::now() + tick));
      check(patience, frame.has_value());
      if (!frame || frame->type == FrameType::progress) continue;
      if (frame->type != FrameType::ready) throwUnexpected(*frame);
      becomeReady(decodeReady(frame->payload));
      return;
    }
  }

  void becomeReady(const PackageIdentity& package) {
    ready_ = true;
    std::unique_lock lock(mutex_);
    status_.ready = true;
    status_.package = package.name + " " + package.version + " (" + package.sha256 + ")";
    status_.packageSha256 = package.sha256;
    status_.device = package.device + "/" + package.precision;
    const WorkerStatus now = status_;
    lock.unlock();
    log_(LogLevel::info, "worker " + std::to_string(now.processId) + " is ready with package " +
                             now.package + " on " + now.device);
  }

  // --- a job --------------------------------------------------------------------------------

  AnalysisOutcome exchange(const AnalysisRequest& request, const ProgressCallback& progress,
                           HintSender& next) {
    WorkerPatience patience(settings_.jobDeadline, settings_.silenceLimit, "to answer");
    try {
      sendRequest(*socket_, request, sendDeadline, [&] { progress(0, "sending"); });
      return waitForOutcome(request.jobId, progress, patience, next);
    } catch (const CancelledError&) {
      if (!stopping_) cancelJob(request.jobId);
      throw;
    }
  }

  AnalysisOutcome waitForOutcome(const std::string& jobId, const ProgressCallback& progress,
                                 WorkerPatience patience, HintSender& next) {
    OutcomeAssembler assembler(jobId);
    Progress last{0, "sent"};
    patience.hears();
    for (;;) {
      // Nothing more once the answer has begun to come: the job is over.
      if (!assembler.isOpen()) patience.nobodyListened(timeOf([&] { giveHint(next); }));
      const auto pause = next.isUnderWay() ? betweenPieces : tick;
      const std::optional<Frame> frame =
          socket_->receive(std::min(patience.until(), Clock::now() + pause));
      check(patience, frame.has_value());
      checkResidentMemory(status().residentBytes, settings_.memoryCeilingBytes);
      std::optional<AnalysisOutcome> outcome;
      if (frame && frame->type == FrameType::outcome) {
        outcome = assembler.begin(*frame);
      } else if (frame && frame->type == FrameType::object) {
        outcome = assembler.add(*frame);
      } else if (frame && frame->type == FrameType::progress) {
        last = decodeProgress(frame->payload);
      } else if (frame) {
        throwUnexpected(*frame);
      }
      if (outcome) return *std::move(outcome);
      progress(last.fraction, last.stage);
    }
  }

  // A worker that stops by itself keeps its loaded package; the answer itself is not wanted.
  void cancelJob(const std::string& jobId) {
    const TimePoint until = Clock::now() + settings_.cancelGrace;
    try {
      socket_->send(FrameType::cancel, encodeText(jobId), until);
      OutcomeAssembler assembler(jobId);
      while (Clock::now() < until) {
        const std::optional<Frame> frame = socket_->receive(until);
        if (stopping_) return;
        if (!frame || frame->type == FrameType::progress) continue;
        const bool head = frame->type == FrameType::outcome;
        if (head ? assembler.begin(*frame).has_value() : assembler.add(*frame).has_value()) return;
      }
    } catch (const std::exception& error) {
      log_(LogLevel::warning,
           std::string("the worker could not be asked to stop: ") + error.what());
    }
    log_(LogLevel::warning, "the worker did not stop the cancelled job in time and is killed");
    endWorker(std::chrono::milliseconds(0));
  }

  // --- watching -----------------------------------------------------------------------------

  void check(WorkerPatience& patience, bool heard) const {
    if (stopping_) throw CancelledError(stopped);
    patience.check(heard, ready_ ? FailureCause::deadline : FailureCause::start);
  }

  // A piece of it, unless the worker fills half of its memory.
  void giveHint(HintSender& next) {
    if (settings_.memoryCeilingBytes > 0 &&
        status().residentBytes > settings_.memoryCeilingBytes / 2) {
      return;
    }
    next.step(*socket_, settings_.silenceLimit / 2);
  }

  [[noreturn]] static void throwUnexpected(const Frame& frame) {
    if (frame.type == FrameType::failure) {  // it says why it cannot use its package
      throw WorkerTrouble(FailureCause::package, decodeText(frame.payload));
    }
    throw ProtocolError("it sent a message of type " +
                        std::to_string(static_cast<std::uint32_t>(frame.type)) + " out of place");
  }

  // --- ending -------------------------------------------------------------------------------

  // Ends what is left of the worker; the sentence names the cause as far as it is known.
  std::string loseWorker(const std::string& cause) {
    // A worker that died by itself gets a moment to be reaped, so that the signal can be named.
    const bool diedByItself = keeper_.waitForEnd(Clock::now() + std::chrono::milliseconds(500));
    endWorker(std::chrono::milliseconds(0));
    ++failuresInARow_;  // before words, for which there may be no memory
    lastFailure_ = Clock::now();
    std::string sentence = "worker failed: " + cause;
    if (diedByItself && !keeper_.lastEnd().empty()) sentence += "; it " + keeper_.lastEnd();
    if (!keeper_.lastLine().empty()) sentence += "; its last words: " + keeper_.lastLine();
    {
      const std::lock_guard lock(mutex_);
      status_.lastFailure = sentence;
    }
    log_(LogLevel::error, sentence);
    return sentence;
  }

  // Closing the socket tells a worker to end; it is killed when it has not in the time given.
  void endWorker(std::chrono::milliseconds grace) {
    {
      const std::lock_guard lock(mutex_);
      socket_.reset();
      status_.ready = false;
      status_.gpu.reset();
    }
    ready_ = false;
    if (grace.count() > 0 && keeper_.waitForEnd(Clock::now() + grace)) return;
    keeper_.kill();
    if (keeper_.waitForEnd(Clock::now() + killPatience)) return;
    log_(LogLevel::error, "the worker was killed and hangs in the kernel: no other is started");
  }

  void forward(const std::string& line) const {
    const auto [level, text] = levelOf(line);
    log_(level, "worker: " + text);
  }

  const WorkerSettings settings_;
  const LogCallback log_;
  std::mutex runMutex_;       // one job at a time; taken before mutex_
  mutable std::mutex mutex_;  // guards status_ and the exchange of socket_
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};
  WorkerStatus status_;
  std::shared_ptr<FramedSocket> socket_;
  // The next seven belong to whoever holds runMutex_.
  bool started_ = false;
  bool isGreeted_ = false;  // the worker that runs has answered the handshake
  bool ready_ = false;
  bool isHinted_ = false;  // the worker was told what comes next
  int failuresInARow_ = 0;
  std::string folder_;  // of the package that workers load
  TimePoint lastFailure_{};
  ChildKeeper keeper_;  // last: its thread logs through the members above
};

WorkerSupervisor::WorkerSupervisor(WorkerSettings settings, LogCallback log)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(log))) {}
WorkerSupervisor::~WorkerSupervisor() = default;

AnalysisOutcome WorkerSupervisor::run(const AnalysisRequest& request,
                                      const ProgressCallback& progress, const HintCallback& hint) {
  return impl_->run(request, progress, hint);
}

WorkerStatus WorkerSupervisor::status() const { return impl_->status(); }

void WorkerSupervisor::stop() { impl_->stop(); }

}  // namespace cmr
