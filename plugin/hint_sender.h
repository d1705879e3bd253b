// Sends the worker a hint, piece by piece between the looks at what the worker says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "plugin/framed_socket.h"
#include "plugin/read_hint.h"

namespace cmr {

class HintSender {
 public:
  // next has to outlive it.
  HintSender(const HintCallback& next, HintLimits limits) : next_(next), limits_(limits) {}

  bool isUnderWay() const { return hint_.has_value(); }  // more is to be sent
  bool hasBegun() const { return hasBegun_; }            // something was sent
  // One piece, if there is one. Errors as FramedSocket::send.
  void step(FramedSocket& socket, std::chrono::milliseconds perFrame);

 private:
  void begin(FramedSocket& socket, TimePoint until);
  void sendPiece(FramedSocket& socket, TimePoint until);

  const HintCallback& next_;
  const HintLimits limits_;
  std::optional<ReadHint> hint_;
  std::size_t sent_ = 0;
  std::uint64_t bytes_ = 0;
  bool hasBegun_ = false;
};

}  // namespace cmr
