#include "plugin/framed_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "plugin/worker_exchange.h"

namespace cmr {
namespace {

TimePoint after(int milliseconds) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

struct Line {
  SocketPair ends = makeSocketPair();
  FramedSocket left{ends.first};
  FramedSocket right{ends.second};
};

TEST(FramedSocket, CarriesARequestOfManyMegabytesUnchanged) {
  Line line;
  AnalysisRequest request{"job-1", {}, {"seg_cine_sax"}, "20260101120000"};
  for (int i = 0; i < 40; ++i) {
    request.instances.push_back(
        {"image " + std::to_string(i),
         std::string(static_cast<std::size_t>(i) * 70001, static_cast<char>(i))});
  }
  std::thread sender(
      [&] { sendRequest(line.left, request, std::chrono::milliseconds(20000), [] {}); });
  RequestAssembler assembler;
  std::optional<AnalysisRequest> received;
  while (!received) {
    const auto frame = line.right.receive(after(20000));
    ASSERT_TRUE(frame.has_value());
    received = frame->type == FrameType::request ? assembler.begin(*frame) : assembler.add(*frame);
  }
  sender.join();
  EXPECT_EQ(received->jobId, request.jobId);
  EXPECT_EQ(received->tasks, request.tasks);
  ASSERT_EQ(received->instances.size(), request.instances.size());
  for (std::size_t i = 0; i < request.instances.size(); ++i) {
    EXPECT_EQ(received->instances[i].bytes, request.instances[i].bytes) << i;
  }
}

TEST(FramedSocket, KeepsHalfAFrameUntilTheRestArrives) {
  const SocketPair ends = makeSocketPair();
  FramedSocket right(ends.second);
  const auto header = encodeHeader({FrameType::cancel, 4});
  ASSERT_EQ(::write(ends.first, header.data(), 9), 9);
  EXPECT_FALSE(right.receive(after(30)).has_value());
  ASSERT_EQ(::write(ends.first, header.data() + 9, 7), 7);
  ASSERT_EQ(::write(ends.first, "ab", 2), 2);
  EXPECT_FALSE(right.receive(after(30)).has_value());
  ASSERT_EQ(::write(ends.first, "cd", 2), 2);
  const auto frame = right.receive(after(5000));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload, "abcd");
  ::close(ends.first);
}

TEST(FramedSocket, SaysThatThePeerIsGone) {
  const SocketPair ends = makeSocketPair();
  FramedSocket right(ends.second);
  ::close(ends.first);
  EXPECT_THROW(right.receive(after(5000)), PeerGoneError);
  EXPECT_THROW(right.send(FrameType::cancel, "x", after(5000)), PeerGoneError);
}

TEST(FramedSocket, GarbageIsAProtocolErrorAndTheSocketStaysRefusing) {
  const SocketPair ends = makeSocketPair();
  FramedSocket right(ends.second);
  ASSERT_EQ(::write(ends.first, "GET / HTTP/1.1\r\n", 16), 16);
  EXPECT_THROW(right.receive(after(5000)), ProtocolError);
  EXPECT_THROW(right.receive(after(5000)), PeerGoneError);
  ::close(ends.first);
}

TEST(FramedSocket, APeerThatDoesNotReadMeetsTheDeadline) {
  Line line;
  const std::string large(std::size_t{8} << 20, 'x');
  EXPECT_THROW(line.left.send(FrameType::instance, large, after(100)), ResourceError);
}

TEST(FramedSocket, InterruptWakesAReceiveThatWouldWaitForever) {
  Line line;
  std::thread other([&] { line.right.interrupt(); });
  EXPECT_FALSE(line.right.receive(TimePoint::max()).has_value());
  other.join();
}

TEST(FramedSocket, ALyingLengthTakesNoMemoryBeforeTheBytesArrive) {
  const SocketPair ends = makeSocketPair();
  FramedSocket right(ends.second);
  const auto header = encodeHeader({FrameType::object, payloadCeiling(FrameType::object)});
  ASSERT_EQ(::write(ends.first, header.data(), header.size()), 16);
  rusage before{};
  rusage afterwards{};
  ::getrusage(RUSAGE_SELF, &before);
  EXPECT_FALSE(right.receive(after(50)).has_value());
  ::getrusage(RUSAGE_SELF, &afterwards);
  EXPECT_LT(afterwards.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB, of 4 GiB announced
  ::close(ends.first);
}

}  // namespace
}  // namespace cmr
