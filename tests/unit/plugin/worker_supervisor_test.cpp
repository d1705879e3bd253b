// The supervisor against real processes: misbehaving_worker.cpp behaves as its "package" says.
#include "plugin/worker_supervisor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "analysis/errors.h"
#include "analysis/program.h"
#include "plugin/worker_protocol.h"
#include "tests/support/small_package.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Log {
 public:
  LogCallback callback() {
    return [this](LogLevel level, const std::string& text) {
      const std::lock_guard lock(mutex_);
      lines_.push_back((level == LogLevel::error  ? "E "
                        : level == LogLevel::info ? "I "
                                                  : "W ") +
                       text);
    };
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

WorkerSettings settingsFor(const std::string& mode) {
  WorkerSettings settings;
  settings.executable = CMR_MISBEHAVING_WORKER;
  settings.packageFolder = mode;
  settings.startDeadline = seconds(20);
  settings.jobDeadline = seconds(20);
  settings.firstBackOff = milliseconds(200);
  settings.largestBackOff = milliseconds(400);
  settings.cancelGrace = milliseconds(400);
  settings.stopGrace = milliseconds(400);
  return settings;
}

AnalysisRequest requestNamed(const std::string& jobId) {
  return {jobId, {{"a", "abc"}, {"b", std::string(3000000, 'z') + "y"}}, {"seg_cine_sax"}, "2026"};
}

void noteNoProgress(double, const std::string&) {}

TEST(WorkerSupervisor, AJobGoesToTheWorkerAndComesBackWhole) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("normal"), log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  ASSERT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_EQ(outcome.reason, "2026");
  ASSERT_EQ(outcome.objects.size(), 2U);
  EXPECT_EQ(outcome.objects[0].bytes, "cba");
  EXPECT_EQ(outcome.objects[1].bytes, "y" + std::string(3000000, 'z'));
  const WorkerStatus status = supervisor.status();
  EXPECT_EQ(status.programVersion, programVersion);
  EXPECT_EQ(status.libraries, "LibThis 1.0");
  EXPECT_TRUE(status.ready);
  EXPECT_EQ(status.package, "normal 1.0.0 (abc)");
  EXPECT_EQ(status.device, "cpu/float32");
}

TEST(WorkerSupervisor, OneWorkerServesManyJobs) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("normal"), log.callback());
  supervisor.run(requestNamed("1"), noteNoProgress);
  const int first = supervisor.status().processId;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(supervisor.run(requestNamed(std::to_string(i)), noteNoProgress).kind,
              OutcomeKind::analysed);
  }
  EXPECT_EQ(supervisor.status().processId, first);
  EXPECT_EQ(supervisor.status().restarts, 0);
}

TEST(WorkerSupervisor, TheWorkerInheritsNothingButItsSocket) {
  // What an archive has open: a listening port, files without close-on-exec, high descriptors.
  std::vector<int> held;
  for (int i = 0; i < 50; ++i) held.push_back(::open("/dev/zero", O_RDONLY));
  held.push_back(::dup2(held.front(), 900));
  ::setenv("ORTHANC_SECRET", "password", 1);
  Log log;
  WorkerSettings settings = settingsFor("normal");
  settings.niceness = 7;
  WorkerSupervisor supervisor(settings, log.callback());
  const std::string facts = supervisor.run(requestNamed("job"), noteNoProgress).resultsJson;
  for (const int descriptor : held) ::close(descriptor);
  ::unsetenv("ORTHANC_SECRET");
  EXPECT_THAT(facts, StartsWith("fds=0 1 2 3;"));
  EXPECT_THAT(facts, AllOf(HasSubstr(";nice=7;"), HasSubstr(";core=0;"), HasSubstr(";files=1024;"),
                           HasSubstr(";oom=1000;"), HasSubstr(";death=9;"),
                           HasSubstr(";group=own;"), HasSubstr(";secret=none;")));
}

TEST(WorkerSupervisor, TheWorkerIsToldPackageThreadsAndWhatTheSiteReportsExperimentally) {
  Log log;
  WorkerSettings settings = settingsFor("normal");
  settings.threads = 3;
  settings.reportExperimental = {"rv_cavity", "lv_cavity"};
  settings.allowedScripts = {"5ac0"};
  WorkerSupervisor supervisor(settings, log.callback());
  EXPECT_THAT(supervisor.run(requestNamed("job"), noteNoProgress).resultsJson,
              HasSubstr(" worker --socket 3 --package normal --threads 3 --report-experimental "
                        "rv_cavity --report-experimental lv_cavity --allow-script 5ac0 ;"));
}

TEST(WorkerSupervisor, AWorkerSeesTheGpuOfItsSlotAndElseWhatThisProcessSees) {
  Log log;
  ::setenv("CUDA_VISIBLE_DEVICES", "4,6", 1);
  WorkerSettings settings = settingsFor("normal");
  WorkerSupervisor all(settings, log.callback());
  const std::string ofAll = all.run(requestNamed("job"), noteNoProgress).resultsJson;
  settings.visibleGpu = "6";
  WorkerSupervisor one(settings, log.callback());
  const std::string ofOne = one.run(requestNamed("job"), noteNoProgress).resultsJson;
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_THAT(ofAll, HasSubstr(";gpu=4,6;"));
  EXPECT_THAT(ofOne, HasSubstr(";gpu=6;"));
}

TEST(WorkerSupervisor, AWorkerAboveItsMemoryCeilingIsKilledWithThatCause) {
  Log log;
  WorkerSettings settings = settingsFor("greedy");
  settings.memoryCeilingBytes = 200 << 20;
  WorkerSupervisor supervisor(settings, log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_EQ(outcome.cause, FailureCause::memory);
  EXPECT_THAT(outcome.reason, HasSubstr("above WorkerMemoryMiB (200 MiB)"));
  EXPECT_FALSE(supervisor.status().running);
  EXPECT_EQ(supervisor.status().residentBytes, 0U);
}

TEST(WorkerSupervisor, FailuresCarryTheirCause) {
  const std::vector<std::pair<const char*, FailureCause>> causes{
      {"crash", FailureCause::crash},
      {"exit-at-start", FailureCause::start},
      {"bad-package", FailureCause::package},
      {"other-version", FailureCause::protocol},
      {"garbage", FailureCause::protocol}};
  for (const auto& [mode, cause] : causes) {
    Log log;
    WorkerSupervisor supervisor(settingsFor(mode), log.callback());
    EXPECT_EQ(supervisor.run(requestNamed("job"), noteNoProgress).cause, cause) << mode;
  }
}

TEST(WorkerSupervisor, TheOpenMpBlasComesFirstInTheWorkersLoaderPath) {
  const std::string folder = "/usr/lib/x86_64-linux-gnu/openblas-openmp";
  if (::access(folder.c_str(), F_OK) != 0) GTEST_SKIP() << "no OpenMP build of OpenBLAS here";
  Log log;
  WorkerSupervisor supervisor(settingsFor("normal"), log.callback());
  EXPECT_THAT(supervisor.run(requestNamed("job"), noteNoProgress).resultsJson,
              HasSubstr(";loader=" + folder));
}

TEST(WorkerSupervisor, AWorkerKilledInMidJobIsAFailureThatNamesTheSignal) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("crash"), log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, AllOf(HasSubstr("killed by signal 9"), HasSubstr("about to die")));
  EXPECT_FALSE(supervisor.status().running);
  EXPECT_THAT(supervisor.status().lastFailure, HasSubstr("signal 9"));
}

TEST(WorkerSupervisor, AfterACrashTheNextJobGetsAFreshWorker) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("crash-once"), log.callback());
  EXPECT_EQ(supervisor.run(requestNamed("first"), noteNoProgress).kind, OutcomeKind::failed);
  EXPECT_EQ(supervisor.run(requestNamed("second"), noteNoProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().restarts, 1);
}

TEST(WorkerSupervisor, AWorkerThatDiesIdleIsReplacedForTheNextJob) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("normal"), log.callback());
  supervisor.run(requestNamed("1"), noteNoProgress);
  const int worker = supervisor.status().processId;
  ASSERT_EQ(::kill(worker, SIGKILL), 0);
  while (supervisor.status().running) std::this_thread::yield();
  EXPECT_EQ(supervisor.run(requestNamed("2"), noteNoProgress).kind, OutcomeKind::analysed);
  EXPECT_NE(supervisor.status().processId, worker);
}

TEST(WorkerSupervisor, AJobOverItsDeadlineIsEndedThoughTheWorkerShowsSignsOfLife) {
  Log log;
  WorkerSettings settings = settingsFor("hang");
  settings.jobDeadline = seconds(1);
  WorkerSupervisor supervisor(settings, log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("longer than 1 s to answer"));
  EXPECT_FALSE(supervisor.status().running);
}

TEST(WorkerSupervisor, AWorkerWithoutASignOfLifeIsEnded) {
  Log log;
  WorkerSettings settings = settingsFor("silent");
  settings.silenceLimit = milliseconds(1000);
  WorkerSupervisor supervisor(settings, log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("no sign of life"));
}

TEST(WorkerSupervisor, AWorkerThatExitsAtStartIsAFailureWithItsLastWords) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("exit-at-start"), log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason,
              AllOf(HasSubstr("exited with code 3"), HasSubstr("cannot start today")));
  EXPECT_THAT(log.lines(), Contains("E worker: cannot start today"));
}

TEST(WorkerSupervisor, RepeatedFailuresAreSpacedOut) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("exit-at-start"), log.callback());
  std::vector<std::string> stages;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    supervisor.run(requestNamed("job"),
                   [&](double, const std::string& stage) { stages.push_back(stage); });
  }
  // No pause before the second start, 200 ms before the third, 400 ms before the fourth.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(600));
  EXPECT_THAT(stages, Contains(HasSubstr("waiting before the worker is started again")));
}

TEST(WorkerSupervisor, AnExecutableThatIsNotThereIsAFailureThatNamesIt) {
  Log log;
  WorkerSettings settings = settingsFor("normal");
  settings.executable = "/nowhere/cmr";
  WorkerSupervisor supervisor(settings, log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, AllOf(HasSubstr("/nowhere/cmr"), HasSubstr("No such file")));
}

TEST(WorkerSupervisor, AWorkerThatCannotLoadItsPackageSaysWhy) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("bad-package"), log.callback());
  EXPECT_THAT(supervisor.run(requestNamed("job"), noteNoProgress).reason,
              HasSubstr("weights.safetensors: wrong checksum"));
}

TEST(WorkerSupervisor, AWorkerOfAnotherProtocolVersionIsRefused) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("other-version"), log.callback());
  EXPECT_THAT(supervisor.run(requestNamed("job"), noteNoProgress).reason,
              HasSubstr("speaks version " + std::to_string(workerProtocolVersion + 1)));
}

TEST(WorkerSupervisor, AWorkerThatNeverGetsReadyMeetsItsDeadline) {
  Log log;
  WorkerSettings settings = settingsFor("never-ready");
  settings.startDeadline = seconds(1);
  WorkerSupervisor supervisor(settings, log.callback());
  EXPECT_THAT(supervisor.run(requestNamed("job"), noteNoProgress).reason,
              HasSubstr("did not answer the handshake in time"));
}

// The lease of a job lives on what is told meanwhile.
TEST(WorkerSupervisor, WhileAWorkerLoadsItsLibrariesItsJobIsHeardOfAndMayBeCancelled) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("late"), log.callback());
  const AnalysisOutcome cancelled = supervisor.run(
      requestNamed("first"),
      [](double, const std::string&) { throw CancelledError("an operator said so"); });
  EXPECT_EQ(cancelled.reason, "cancelled");
  std::vector<std::string> stages;
  const AnalysisOutcome outcome = supervisor.run(
      requestNamed("second"), [&](double, const std::string& stage) { stages.push_back(stage); });
  EXPECT_EQ(outcome.kind, OutcomeKind::analysed) << outcome.reason;
  EXPECT_THAT(stages, Contains("the worker is starting"));
  EXPECT_EQ(supervisor.status().restarts, 0) << "the worker that was starting is of use";
}

TEST(WorkerSupervisor, GarbageFromTheWorkerEndsItAndNotUs) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("garbage"), log.callback());
  const AnalysisOutcome outcome = supervisor.run(requestNamed("job"), noteNoProgress);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("malformed frame"));
  EXPECT_FALSE(supervisor.status().running);
}

TEST(WorkerSupervisor, AFloodOnStderrNeitherBlocksTheWorkerNorFillsTheLog) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("flood"), log.callback());
  EXPECT_EQ(supervisor.run(requestNamed("job"), noteNoProgress).kind, OutcomeKind::analysed);
  supervisor.stop();
  EXPECT_LT(log.lines().size(), 5000U);
  EXPECT_THAT(log.lines(), Contains(HasSubstr("lines of the worker were left out")));
}

TEST(WorkerSupervisor, ACancelledJobLeavesAWorkerThatObeysAlive) {
  Log log;
  WorkerSettings settings = settingsFor("obedient");
  settings.cancelGrace = seconds(60);  // it obeys, however busy the machine is
  WorkerSupervisor obedient(settings, log.callback());
  const AnalysisOutcome outcome =
      obedient.run(requestNamed("long"), [](double, const std::string& stage) {
        if (stage == "hanging") throw CancelledError("by hand");
      });
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_EQ(outcome.reason, "cancelled");
  EXPECT_TRUE(obedient.status().ready);
  EXPECT_EQ(obedient.run(requestNamed("short"), noteNoProgress).kind, OutcomeKind::analysed);
  EXPECT_EQ(obedient.status().restarts, 0);
}

TEST(WorkerSupervisor, ACancelledJobEndsAWorkerThatDoesNotObey) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("hang"), log.callback());
  const AnalysisOutcome outcome =
      supervisor.run(requestNamed("job"), [](double, const std::string& stage) {
        if (stage == "hanging") throw CancelledError("by hand");
      });
  EXPECT_EQ(outcome.reason, "cancelled");
  EXPECT_FALSE(supervisor.status().running);
}

TEST(WorkerSupervisor, StopEndsAStubbornWorkerAndTheJobInBoundedTime) {
  Log log;
  WorkerSupervisor supervisor(settingsFor("stubborn"), log.callback());
  std::thread stopper;
  const auto start = std::chrono::steady_clock::now();
  const AnalysisOutcome outcome =
      supervisor.run(requestNamed("job"), [&](double, const std::string& stage) {
        if (stage == "hanging" && !stopper.joinable()) {
          stopper = std::thread([&] { supervisor.stop(); });
        }
      });
  stopper.join();
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, HasSubstr("stopped"));
  EXPECT_FALSE(supervisor.status().running);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(15));
  EXPECT_THAT(supervisor.run(requestNamed("late"), noteNoProgress).reason, HasSubstr("stopped"));
}

// --- a worker never outlives the archive -----------------------------------------------------

struct Parent {
  pid_t processId = -1;
  FILE* output = nullptr;
};

Parent startParent() {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::string program = CMR_MISBEHAVING_WORKER;
  std::string role = "parent";
  const std::array<char*, 3> arguments{program.data(), role.data(), nullptr};
  Parent parent;
  EXPECT_EQ(::posix_spawn(&parent.processId, program.c_str(), &actions, nullptr, arguments.data(),
                          environ),
            0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  parent.output = ::fdopen(pipe[0], "r");
  return parent;
}

TEST(WorkerSupervisor, AWorkerDiesWithItsParentThoughItIgnoresTheClosedSocket) {
  const Parent parent = startParent();
  int worker = 0;
  ASSERT_EQ(std::fscanf(parent.output, "%d", &worker), 1);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, worker, 0));
  ASSERT_GE(handle, 0) << "the worker is not there to begin with";
  pollfd ended{handle, POLLIN, 0};
  ASSERT_EQ(::poll(&ended, 1, 0), 0) << "the worker ended before its parent";
  ASSERT_EQ(::kill(parent.processId, SIGKILL), 0);
  ::waitpid(parent.processId, nullptr, 0);
  EXPECT_EQ(::poll(&ended, 1, 10000), 1) << "the worker outlives its parent";
  ::close(handle);
  std::fclose(parent.output);
}

class WorkerSupervisorWithPackage : public testing::Test {
 protected:
  WorkerSupervisorWithPackage() {
    settings.executable = CMR_SCRIPTED_WORKER;
    settings.packageFolder = package.folder().string();
  }
  AnalysisOutcome run(WorkerSupervisor& supervisor, const std::string& packageSha256,
                      const std::string& folder = {}) {
    AnalysisRequest request = requestNamed("job");
    request.packageSha256 = packageSha256;
    request.packageFolder = folder;
    return supervisor.run(request, noteNoProgress);
  }

  Log log;
  test::SmallPackage package;
  WorkerSettings settings = settingsFor("");
};

TEST_F(WorkerSupervisorWithPackage, AnotherPackageInTheFolderIsLoadedByANewWorker) {
  const std::string first = package.install("first");
  WorkerSupervisor supervisor(settings, log.callback());
  ASSERT_EQ(run(supervisor, first).kind, OutcomeKind::analysed);
  const int before = supervisor.status().processId;
  EXPECT_EQ(run(supervisor, first).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().processId, before);
  const std::string second = package.install("second");
  ASSERT_EQ(run(supervisor, second).kind, OutcomeKind::analysed);
  EXPECT_NE(supervisor.status().processId, before);
  EXPECT_EQ(supervisor.status().packageSha256, second);
  EXPECT_EQ(supervisor.status().lastFailure, "");
}

TEST_F(WorkerSupervisorWithPackage, TheOldPackageGoesOnWhileAnotherIsCopied) {
  const std::string first = package.install("first");
  WorkerSupervisor supervisor(settings, log.callback());
  ASSERT_EQ(run(supervisor, first).kind, OutcomeKind::analysed);
  const int before = supervisor.status().processId;
  package.installManifestOf("second");
  EXPECT_EQ(run(supervisor, first).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().processId, before);
}

TEST_F(WorkerSupervisorWithPackage, ARequestForAPackageOfAnotherFolderIsComputedWithThatOne) {
  const std::string usual = package.install("usual");
  test::SmallPackage elsewhere;
  const std::string other = elsewhere.install("other");
  WorkerSupervisor supervisor(settings, log.callback());
  ASSERT_EQ(run(supervisor, usual).kind, OutcomeKind::analysed);
  ASSERT_EQ(run(supervisor, other, elsewhere.folder().string()).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().packageSha256, other);
  const int before = supervisor.status().processId;
  ASSERT_EQ(run(supervisor, other, elsewhere.folder().string()).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().processId, before);
  ASSERT_EQ(run(supervisor, usual).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().packageSha256, usual);
  EXPECT_EQ(supervisor.status().lastFailure, "");
}

TEST_F(WorkerSupervisorWithPackage, TheSamePackageInAnotherFolderNeedsNoOtherWorker) {
  const std::string usual = package.install("same");
  test::SmallPackage copy;
  ASSERT_EQ(copy.install("same"), usual);
  WorkerSupervisor supervisor(settings, log.callback());
  ASSERT_EQ(run(supervisor, usual).kind, OutcomeKind::analysed);
  const int before = supervisor.status().processId;
  EXPECT_EQ(run(supervisor, usual, copy.folder().string()).kind, OutcomeKind::analysed);
  EXPECT_EQ(supervisor.status().processId, before);
}

TEST_F(WorkerSupervisorWithPackage, APackageThatIsNotTheOneAskedForComputesNothing) {
  const std::string first = package.install("first");
  const std::string second = package.install("second");
  WorkerSupervisor supervisor(settings, log.callback());
  const AnalysisOutcome outcome = run(supervisor, first);
  EXPECT_EQ(outcome.kind, OutcomeKind::failed);
  EXPECT_THAT(outcome.reason, AllOf(HasSubstr(first), HasSubstr(second)));
  EXPECT_TRUE(outcome.objects.empty());
}

}  // namespace
}  // namespace cmr
