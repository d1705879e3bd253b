// Messages that span several frames: a request with its instances, an outcome with its objects.
#pragma once

#include <cstdint>
#include <optional>

#include "plugin/analysis_request.h"
#include "plugin/framed_socket.h"
#include "plugin/worker_protocol.h"

namespace cmr {

// Called between two frames; what it throws ends the sending.
using BetweenFrames = std::function<void()>;

// Each frame has to be taken by the other end within `perFrame`. A request above the protocol's
// ceilings throws InputError before anything is sent. Errors otherwise as FramedSocket::send.
void sendRequest(FramedSocket& socket, const AnalysisRequest& request,
                 std::chrono::milliseconds perFrame, const BetweenFrames& between);
void sendOutcome(FramedSocket& socket, const std::string& jobId, const AnalysisOutcome& outcome,
                 std::chrono::milliseconds perFrame);

// Puts a request together again from its frames. Throws ProtocolError when an instance comes
// unasked or the announced sizes are not kept.
class RequestAssembler {
 public:
  // The whole request with its last frame, nothing before.
  std::optional<AnalysisRequest> begin(const Frame& requestFrame);
  std::optional<AnalysisRequest> add(const Frame& instanceFrame);
  // Forgets the request when it is this job's and not yet whole; false otherwise.
  bool abandon(const std::string& jobId);

 private:
  std::optional<AnalysisRequest> whenComplete();

  bool open_ = false;
  std::uint64_t bytesLeft_ = 0;
  std::uint32_t instancesLeft_ = 0;
  AnalysisRequest request_;
};

// Of all objects of one outcome, which the archive's process holds at once. Below SQLite's limit of
// one value (SQLITE_MAX_LENGTH, 1e9), so that the queue can keep each of them.
inline constexpr std::uint64_t largestOutcomeBytes = 900000000;

// The same for an outcome, which has to be the answer to `jobId`.
class OutcomeAssembler {
 public:
  explicit OutcomeAssembler(std::string jobId, std::uint64_t largestBytes = largestOutcomeBytes)
      : jobId_(std::move(jobId)), largestBytes_(largestBytes) {}
  std::optional<AnalysisOutcome> begin(const Frame& outcomeFrame);
  std::optional<AnalysisOutcome> add(const Frame& objectFrame);
  bool isOpen() const { return open_; }  // begun, and not yet whole

 private:
  std::optional<AnalysisOutcome> whenComplete();

  std::string jobId_;
  const std::uint64_t largestBytes_;
  std::uint64_t bytesLeft_ = 0;
  bool open_ = false;
  std::uint32_t objectsLeft_ = 0;
  AnalysisOutcome outcome_;
};

}  // namespace cmr
