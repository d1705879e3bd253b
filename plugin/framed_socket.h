// One end of a local socket that carries frames (worker_protocol.h), with deadlines.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "analysis/errors.h"
#include "plugin/worker_protocol.h"

namespace cmr {

// The other end is gone: closed, crashed or killed.
class PeerGoneError : public Error {
 public:
  using Error::Error;
};

using TimePoint = std::chrono::steady_clock::time_point;

// One thread at a time uses send() and receive(); interrupt() may come from any thread.
class FramedSocket {
 public:
  // Takes it over, unless it throws (ResourceError, std::bad_alloc).
  explicit FramedSocket(int fileDescriptor);
  ~FramedSocket();
  FramedSocket(const FramedSocket&) = delete;
  FramedSocket& operator=(const FramedSocket&) = delete;

  // The next frame, or nothing when the time is up first (what has arrived of a frame is kept for
  // the next call) or after interrupt(). Memory is taken as bytes arrive, never on a length alone.
  // Throws ProtocolError on a malformed frame, PeerGoneError when the other end closed.
  std::optional<Frame> receive(TimePoint until);

  // Throws PeerGoneError, ResourceError when the peer did not take everything in time, and
  // CancelledError after interrupt(); the socket is of no use after any of them.
  void send(FrameType type, std::string_view payload, TimePoint until);

  // Ends the call in progress and every later one.
  void interrupt();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Two connected local stream sockets, both closed on exec. The caller owns both.
struct SocketPair {
  int first = -1;
  int second = -1;
};
SocketPair makeSocketPair();

}  // namespace cmr
