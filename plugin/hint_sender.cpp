#include "plugin/hint_sender.h"

#include "plugin/worker_protocol.h"

namespace cmr {

void HintSender::step(FramedSocket& socket, std::chrono::milliseconds perFrame) {
  const TimePoint until = std::chrono::steady_clock::now() + perFrame;
  if (hint_) {
    sendPiece(socket, until);
  } else if (!hasBegun_ && next_) {  // one for each job
    begin(socket, until);
  }
}

void HintSender::begin(FramedSocket& socket, TimePoint until) {
  std::optional<ReadHint> hint = next_();
  if (!hint || hint->instanceCount == 0) return;
  hasBegun_ = true;
  const HintHead head{hint->instanceCount, limits_.encodedBytes, limits_.pixelBytes};
  socket.send(FrameType::hint, encode(head), until);
  hint_ = std::move(hint);
}

void HintSender::sendPiece(FramedSocket& socket, TimePoint until) {
  const std::optional<InstanceBytes> instance = hint_->instance(sent_);
  bytes_ += instance ? instance->bytes.size() : 0;
  if (instance && bytes_ <= limits_.encodedBytes) {
    socket.send(FrameType::hintInstance, encode(*instance), until);
    if (++sent_ < hint_->instanceCount) return;
  }
  hint_.reset();
}

}  // namespace cmr
