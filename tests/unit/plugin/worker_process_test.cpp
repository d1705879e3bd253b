// The real supervisor and the real worker loop in two processes.
#include "plugin/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "plugin/child_keeper.h"
#include "plugin/worker_exchange.h"
#include "plugin/worker_supervisor.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class WorkerProcess : public testing::Test {
 protected:
  WorkerSupervisor supervisorFor(const std::string& package) {
    WorkerSettings settings;
    settings.executable = CMR_SCRIPTED_WORKER;
    settings.packageFolder = package;
    settings.jobDeadline = seconds(20);
    settings.silenceLimit = milliseconds(1500);
    settings.cancelGrace = seconds(5);
    return WorkerSupervisor(settings, [this](LogLevel, const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(line);
    });
  }

  std::vector<std::string> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  static AnalysisRequest job(const std::string& name) {
    return {name, {{"SMITH^ANNA.dcm", "abc"}, {"b", "def"}}, {"seg_cine_sax"}, ""};
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
};

void ignoreProgress(double, const std::string&) {}

TEST_F(WorkerProcess, AnalysesJobAfterJobAndLogsNoNamesOfFiles) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  for (int i = 0; i < 5; ++i) {
    const AnalysisOutcome outcome = supervisor.run(job("job-" + std::to_string(i)), ignoreProgress);
    ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
    EXPECT_EQ(outcome.resultsJson, "2");
    EXPECT_EQ(outcome.objects.at(0).bytes, "bytes");
  }
  EXPECT_EQ(supervisor.status().restarts, 0);
  EXPECT_THAT(supervisor.status().package, HasSubstr("starter 2.0"));
  supervisor.stop();  // the log runs beside the answers; all of it is there when the worker ended
  EXPECT_THAT(log(), Contains(HasSubstr("job job-4: analysed, 1 objects")));
  EXPECT_THAT(log(), Not(Contains(HasSubstr("SMITH"))));
}

TEST_F(WorkerProcess, DataThatCannotBeAnalysedAreNotAFailure) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisOutcome outcome = supervisor.run(job("input-error"), ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::notAnalysable);
  EXPECT_EQ(outcome.reason, "the series is a CT");
  EXPECT_EQ(supervisor.run(job("next"), ignoreProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().restarts, 0);
}

TEST_F(WorkerProcess, RunningOutOfMemoryIsAFailureThatMayPass) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisOutcome outcome = supervisor.run(job("no-memory"), ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_EQ(outcome.reason, "out of memory");
  EXPECT_EQ(supervisor.run(job("next"), ignoreProgress).kind, OutcomeKind::analysed);
}

TEST_F(WorkerProcess, AJobThatRanWithoutItsGpuIsCountedAndSaidInTheLog) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  EXPECT_TRUE(supervisor.run(job("too-large-for-the-gpu"), ignoreProgress).withoutGpu);
  EXPECT_FALSE(supervisor.run(job("next"), ignoreProgress).withoutGpu);
  EXPECT_EQ(supervisor.status().jobsOnProcessor, 1);
  EXPECT_EQ(supervisor.status().restarts, 0);
  supervisor.stop();
  EXPECT_THAT(log(), Contains(HasSubstr("job too-large-for-the-gpu: ran without its GPU")));
  EXPECT_THAT(log(), Not(Contains(HasSubstr("job next: ran without its GPU"))));
}

TEST_F(WorkerProcess, WhatComputingTookIsSummedOverTheJobs) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  supervisor.run(job("halved"), ignoreProgress);
  EXPECT_FALSE(supervisor.status().gpu.has_value());
  supervisor.run(job("on-a-gpu"), ignoreProgress);
  const WorkerStatus after = supervisor.status();
  EXPECT_EQ(after.batches.images, 16U);
  EXPECT_EQ(after.batches.largest, 8U);
  EXPECT_EQ(after.batches.halvings, 2U);
  ASSERT_TRUE(after.gpu.has_value());
  EXPECT_EQ(after.gpu->peakBytes, 300U);
  supervisor.stop();
  EXPECT_FALSE(supervisor.status().gpu.has_value());  // a process that ended holds nothing
  EXPECT_EQ(supervisor.status().batches.images, 16U);
}

TEST_F(WorkerProcess, AfterAnErrorOfUnknownNatureTheNextJobGetsAFreshProcess) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisOutcome outcome = supervisor.run(job("odd-error"), ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_EQ(outcome.reason, "index out of range");
  EXPECT_FALSE(supervisor.status().running);
  EXPECT_EQ(supervisor.run(job("next"), ignoreProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().restarts, 1);
}

TEST_F(WorkerProcess, ProgressReachesTheCallerWhileAJobRuns) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  double largest = 0;
  const AnalysisOutcome outcome =
      supervisor.run(job("long"), [&](double fraction, const std::string& stage) {
        if (stage == "computing") largest = std::max(largest, fraction);
        if (largest > 0.02) throw CancelledError("seen enough");
      });
  EXPECT_EQ(outcome.reason, "cancelled");
  EXPECT_GT(largest, 0.02);
  // It obeyed: the same process, with its package, takes the next job.
  EXPECT_EQ(supervisor.run(job("next"), ignoreProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().restarts, 0);
}

TEST_F(WorkerProcess, AJobCancelledBeforeItHasArrivedWholeDoesNotCostTheWorker) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  supervisor.run(job("first"), ignoreProgress);
  const AnalysisOutcome outcome =
      supervisor.run(job("second"), [](double, const std::string& stage) {
        if (stage == "sending") throw CancelledError("at once");
      });
  EXPECT_EQ(outcome.reason, "cancelled");
  EXPECT_EQ(supervisor.run(job("third"), ignoreProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().restarts, 0);
}

TEST_F(WorkerProcess, ComputingWithoutAWordStillGivesSignsOfLife) {
  WorkerSupervisor supervisor = supervisorFor("starter");  // patience: 1.5 s, the job: 3 s
  EXPECT_EQ(supervisor.run(job("mute"), ignoreProgress).kind, OutcomeKind::analysed);
}

TEST_F(WorkerProcess, ABrokenPackageIsToldWithItsReason) {
  WorkerSupervisor supervisor = supervisorFor("broken");
  const AnalysisOutcome outcome = supervisor.run(job("job"), ignoreProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("weights.safetensors: checksum does not match"));
}

// --- images that are read ahead ---------------------------------------------------------------

AnalysisRequest jobOf(const std::string& name, const std::vector<std::string>& images) {
  AnalysisRequest request{name, {}, {}, ""};
  for (std::size_t i = 0; i < images.size(); ++i) {
    request.instances.push_back({"image " + std::to_string(i), images[i]});
  }
  return request;
}

// Beside a job that takes long enough ("slow") for all of it to be read.
HintCallback hintOf(const AnalysisRequest& next) {
  return [next]() -> std::optional<ReadHint> {
    return ReadHint{static_cast<std::uint32_t>(next.instances.size()),
                    [next](std::size_t i) { return std::optional(next.instances.at(i)); }};
  };
}

TEST_F(WorkerProcess, AJobIsBegunWithTheImagesThatWereReadWhileTheOneBeforeWasComputed) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisRequest next = jobOf("next", {"a", "b", "c"});
  const AnalysisOutcome first =
      supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hintOf(next));
  EXPECT_EQ(first.resultsJson, "1");
  EXPECT_EQ(supervisor.run(next, ignoreProgress).resultsJson, "3, 3 of them before");
  EXPECT_EQ(supervisor.run(next, ignoreProgress).resultsJson, "3");  // kept for one job only
  EXPECT_EQ(supervisor.status().hintsUsed, 1);
  EXPECT_EQ(supervisor.status().hintsDropped, 0);
}

TEST_F(WorkerProcess, ImagesThatAreNotThoseOfTheJobThatComesAreDropped) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisRequest hinted = jobOf("next", {"a", "b"});
  const auto slow = [&] {
    supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hintOf(hinted));
  };
  slow();
  EXPECT_EQ(supervisor.run(jobOf("next", {"a", "c"}), ignoreProgress).resultsJson, "2");
  slow();
  EXPECT_EQ(supervisor.run(jobOf("next", {"a"}), ignoreProgress).resultsJson, "1");
  slow();
  AnalysisRequest renamed = hinted;
  renamed.instances.back().name = "another";
  EXPECT_EQ(supervisor.run(renamed, ignoreProgress).resultsJson, "2");
  EXPECT_EQ(supervisor.status().hintsUsed, 0);
  EXPECT_EQ(supervisor.status().hintsDropped, 3);
  EXPECT_EQ(supervisor.status().restarts, 0);
}

TEST_F(WorkerProcess, ImagesThatCannotBeReadAheadAreReadWithTheirJob) {
  for (const char* trouble : {"bad", "throw"}) {
    WorkerSupervisor supervisor = supervisorFor("starter");
    const AnalysisRequest next = jobOf("next", {"a", trouble, "c"});
    EXPECT_EQ(supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hintOf(next)).kind,
              OutcomeKind::analysed);
    EXPECT_EQ(supervisor.run(next, ignoreProgress).resultsJson, "3") << trouble;
    EXPECT_EQ(supervisor.status().restarts, 0);
  }
}

TEST_F(WorkerProcess, AnImageThatKillsTheReaderIsNamedAsAPossibleCauseAndTheNextRunIsClean) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  const AnalysisRequest crafted = jobOf("next", {"crash"});
  const AnalysisOutcome lost =
      supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hintOf(crafted));
  EXPECT_EQ(lost.kind, OutcomeKind::failed);
  EXPECT_EQ(lost.cause, FailureCause::crash);
  EXPECT_TRUE(lost.besideHint);
  EXPECT_EQ(supervisor.run(jobOf("first", {"slow"}), ignoreProgress).kind, OutcomeKind::analysed);
  const AnalysisOutcome alone = supervisor.run(crafted, ignoreProgress);
  EXPECT_EQ(alone.cause, FailureCause::crash);
  EXPECT_FALSE(alone.besideHint);
  EXPECT_EQ(supervisor.status().hintsDropped, 1);
}

TEST_F(WorkerProcess, AnImageThatIsNeverReadToItsEndDoesNotCostTheJobBesideIt) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  EXPECT_EQ(
      supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hintOf(jobOf("n", {"hang"}))).kind,
      OutcomeKind::analysed);
  EXPECT_FALSE(supervisor.status().running);  // it said so, and ended
  EXPECT_EQ(supervisor.run(jobOf("other", {"a"}), ignoreProgress).resultsJson, "1");
}

TEST_F(WorkerProcess, AnAnswerIsNotKeptWaitingByImagesThatComeSlowly) {
  WorkerSupervisor supervisor = supervisorFor("starter");
  supervisor.run(jobOf("warm", {"a"}), ignoreProgress);
  int given = 0;
  const HintCallback hint = [&]() -> std::optional<ReadHint> {
    return ReadHint{1000, [&](std::size_t) {
                      ++given;
                      std::this_thread::sleep_for(milliseconds(20));
                      return std::optional(InstanceBytes{"i", "a"});
                    }};
  };
  EXPECT_EQ(supervisor.run(jobOf("first", {"slow"}), ignoreProgress, hint).resultsJson, "1");
  EXPECT_LT(given, 500);
  EXPECT_EQ(supervisor.run(jobOf("other", {"a"}), ignoreProgress).resultsJson, "1");
}

// --- the worker seen from its socket ----------------------------------------------------------

struct BareWorker {
  ChildKeeper keeper{[](const std::string&) {}};
  std::unique_ptr<FramedSocket> socket;

  BareWorker() {
    const SocketPair ends = makeSocketPair();
    socket = std::make_unique<FramedSocket>(ends.first);
    ChildSpec spec;
    spec.arguments = {CMR_SCRIPTED_WORKER, "worker", "--package", "starter"};
    spec.socket = ends.second;
    keeper.start(spec);
    ::close(ends.second);
  }

  static TimePoint soon() { return std::chrono::steady_clock::now() + seconds(20); }

  FrameType greet() {
    socket->send(FrameType::hello, encode(Hello{workerProtocolVersion, programVersion}), soon());
    socket->receive(soon());
    for (;;) {
      const auto frame = socket->receive(soon());
      if (!frame || frame->type != FrameType::progress)
        return frame ? frame->type : FrameType::hello;
    }
  }

  std::string end() {
    EXPECT_TRUE(keeper.waitForEnd(soon()));
    return keeper.lastEnd();
  }
};

TEST(ChildKeeper, AnExceptionOfItsCallbackEndsTheChildNotTheArchive) {
  ChildKeeper keeper{[](const std::string& line) {
    if (line == "words") throw std::bad_alloc();
  }};
  const SocketPair ends = makeSocketPair();
  ChildSpec spec;
  spec.socket = ends.second;
  spec.arguments = {"/bin/sh", "-c", "echo words >&2; exec sleep 600"};
  keeper.start(spec);
  EXPECT_TRUE(keeper.waitForEnd(BareWorker::soon()));
  EXPECT_FALSE(keeper.running());
  spec.arguments = {"/bin/sh", "-c", "echo other words >&2; exit 3"};
  keeper.start(spec);
  EXPECT_TRUE(keeper.waitForEnd(BareWorker::soon()));
  EXPECT_EQ(keeper.lastEnd(), "exited with code 3");
  EXPECT_EQ(keeper.lastLine(), "other words");
  ::close(ends.first);
  ::close(ends.second);
}

TEST(BareWorkerProcess, EndsInTheMiddleOfAJobWhenTheSocketCloses) {
  BareWorker worker;
  ASSERT_EQ(worker.greet(), FrameType::ready);
  sendRequest(*worker.socket, {"long", {}, {}, ""}, seconds(20), [] {});
  ASSERT_TRUE(worker.socket->receive(BareWorker::soon()).has_value());  // it works
  worker.socket.reset();
  EXPECT_EQ(worker.end(), "exited with code 0");
}

TEST(BareWorkerProcess, RefusesAMessageOutOfPlace) {
  BareWorker worker;
  ASSERT_EQ(worker.greet(), FrameType::ready);
  worker.socket->send(FrameType::instance, encode(InstanceBytes{"a", "b"}), BareWorker::soon());
  EXPECT_EQ(worker.end(), "exited with code 2");
}

TEST(BareWorkerProcess, RefusesAPluginOfAnotherProtocolVersionAndTellsItsOwn) {
  BareWorker worker;
  worker.socket->send(FrameType::hello, encode(Hello{workerProtocolVersion + 1, "9"}),
                      BareWorker::soon());
  const auto answer = worker.socket->receive(BareWorker::soon());
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(decodeHello(answer->payload).protocolVersion, workerProtocolVersion);
  EXPECT_EQ(worker.end(), "exited with code 2");
}

}  // namespace
}  // namespace cmr
