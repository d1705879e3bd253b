// The N-th read or write of the socket between plugin and worker fails, for N = 1, 2, ... until a
// run passes untouched, on either side: the job fails with its cause and the next one is computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "plugin/worker_exchange.h"
#include "plugin/worker_supervisor.h"
#include "tests/support/faulty_memory.h"
#include "tests/support/faulty_sockets.h"

namespace cmr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FaultyMemory;
using test::SocketFault;
using ::testing::HasSubstr;

constexpr int mostCalls = 300;

class SocketFaults : public ::testing::Test {
 protected:
  ~SocketFaults() override { test::mendSockets(); }
};

WorkerSettings workerSettings() {
  WorkerSettings settings;
  settings.executable = CMR_SCRIPTED_WORKER;
  settings.packageFolder = "package";
  settings.stopGrace = milliseconds(2000);
  settings.firstBackOff = milliseconds(1);
  return settings;
}

AnalysisRequest requestNamed(const std::string& jobId) {
  return {jobId, {{"a", "abc"}, {"b", std::string(300000, 'z')}}, {"seg_cine_sax"}, "2026"};
}

bool isRight(const AnalysisOutcome& outcome) {
  return outcome.kind == OutcomeKind::analysed && outcome.resultsJson == "2" &&
         outcome.objects.size() == 1 && outcome.objects.front().bytes == "bytes";
}

// Two jobs with a fault in the first; returns how many runs met theirs. The second is computed
// when the fault has passed.
int sweep(SocketFault fault, bool forEver) {
  for (int call = 1; call <= mostCalls; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    WorkerSupervisor supervisor(workerSettings(), [](LogLevel, const std::string&) {});
    const ProgressCallback quiet = [](double, const std::string&) {};
    test::failSocketAt(call, fault, forEver);
    const AnalysisOutcome first = supervisor.run(requestNamed("first"), quiet);
    const bool failed = test::socketHasFailed();
    test::mendSockets();
    if (failed && first.kind != OutcomeKind::analysed) {
      EXPECT_EQ(first.kind, OutcomeKind::failed);
      EXPECT_THAT(first.reason, HasSubstr("worker failed: "));
    } else {
      EXPECT_TRUE(isRight(first)) << first.reason;
    }
    const AnalysisOutcome second = supervisor.run(requestNamed("second"), quiet);
    EXPECT_TRUE(isRight(second)) << second.reason;
    supervisor.stop();
    if (::testing::Test::HasFailure() || !failed) return call - 1;
  }
  return mostCalls;
}

TEST_F(SocketFaults, AReadThatIsResetFailsTheJobAndTheNextIsComputed) {
  EXPECT_GT(sweep(SocketFault::readReset, false), 3);
}

TEST_F(SocketFaults, AReadThatFindsTheEndFailsTheJobAndTheNextIsComputed) {
  EXPECT_GT(sweep(SocketFault::readEnd, false), 3);
}

TEST_F(SocketFaults, AWriteThatIsBrokenFailsTheJobAndTheNextIsComputed) {
  EXPECT_GT(sweep(SocketFault::writeBroken, false), 3);
}

TEST_F(SocketFaults, AKernelWithoutBuffersFailsTheJobAndTheNextIsComputed) {
  EXPECT_GT(sweep(SocketFault::writeRefused, true), 3);
}

TEST_F(SocketFaults, ByteByByteAndInterruptedEverythingArrives) {
  const SocketPair ends = makeSocketPair();
  FramedSocket left(ends.first);
  FramedSocket right(ends.second);
  test::trickleSockets(true);
  const auto inTime = std::chrono::steady_clock::now() + seconds(60);
  std::thread sender(
      [&] { left.send(FrameType::instance, std::string(5000, 'x') + "end", inTime); });
  const auto frame = right.receive(inTime);
  sender.join();
  test::mendSockets();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload, std::string(5000, 'x') + "end");
}

// --- memory, on the same way
// ----------------------------------------------------------------------

// Both ends in one thread: a frame that fits the kernel's buffer needs nobody to read it.
TEST_F(SocketFaults, AReadWithoutMemoryLeavesTheSocketUselessAtOnceNotUnheard) {
  int faults = 0;
  for (int allocation = 1;; ++allocation) {
    ASSERT_LT(allocation, 1000);
    const SocketPair ends = makeSocketPair();
    FramedSocket left(ends.first);
    FramedSocket right(ends.second);
    left.send(FrameType::instance, std::string(20000, 'x'), TimePoint::max());
    bool threw = false;
    std::optional<Frame> frame;
    {
      const FaultyMemory memory(allocation);
      try {
        frame = right.receive(TimePoint::max());
      } catch (const std::bad_alloc&) {
        threw = true;
      }
    }
    if (!threw) {
      ASSERT_TRUE(frame.has_value());
      EXPECT_EQ(frame->payload.size(), 20000U);
      if (!FaultyMemory::failed()) break;
      continue;
    }
    ++faults;
    // It ends at once, with the frame or an error: it does not wait for what was read already.
    try {
      frame = right.receive(TimePoint::max());
      EXPECT_EQ(frame->payload.size(), 20000U);
    } catch (const PeerGoneError&) {
    }
  }
  EXPECT_GT(faults, 0);
}

std::size_t openDescriptors() {
  std::size_t count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(each);
    ++count;
  }
  return count;
}

TEST_F(SocketFaults, AnExchangeWithoutMemoryFailsTheJobAndTheNextIsComputed) {
  WorkerSupervisor supervisor(workerSettings(), [](LogLevel, const std::string&) {});
  const ProgressCallback quiet = [](double, const std::string&) {};
  EXPECT_TRUE(isRight(supervisor.run(requestNamed("before"), quiet)));
  const std::size_t open = openDescriptors();
  int faults = 0;
  for (int allocation = 1;; allocation += 1 + allocation / 10) {  // every one takes a worker
    ASSERT_LT(allocation, 100000);
    AnalysisOutcome outcome;
    const AnalysisRequest request = requestNamed("first");
    {
      const FaultyMemory memory(allocation);
      outcome = supervisor.run(request, quiet);
    }
    if (!FaultyMemory::failed()) break;
    ++faults;
    EXPECT_TRUE(outcome.kind == OutcomeKind::failed || isRight(outcome));
    EXPECT_TRUE(isRight(supervisor.run(requestNamed("second"), quiet)));
    EXPECT_EQ(openDescriptors(), open);
    if (HasFailure()) return;
  }
  EXPECT_GT(faults, 3);
}

}  // namespace
}  // namespace cmr
