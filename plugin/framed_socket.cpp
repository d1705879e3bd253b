#include "plugin/framed_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <new>
#include <system_error>

namespace cmr {
namespace {

namespace asio = boost::asio;

// First piece of a payload that memory is taken for; it doubles as bytes really arrive.
constexpr std::uint64_t firstChunk = std::uint64_t{1} << 20;

std::string lastError() { return std::generic_category().message(errno); }

}  // namespace

class FramedSocket::Impl {
 public:
  explicit Impl(int fileDescriptor) : socket_(io_) {
    boost::system::error_code error;
    socket_.assign(asio::local::stream_protocol(), fileDescriptor, error);
    if (error) throw ResourceError("cannot use the worker's socket: " + error.message());
  }

  std::optional<Frame> receive(TimePoint until) {
    if (!reading_) startHeader();
    runUntil(until, [this] { return frameComplete_ || readError_; });
    if (frameComplete_) return takeFrame();
    if (readError_) throw PeerGoneError("the other end closed: " + readError_.message());
    return std::nullopt;
  }

  void send(FrameType type, std::string_view payload, TimePoint until) {
    if (payload.size() > payloadCeiling(type)) {
      throw ProtocolError("a message of " + std::to_string(payload.size()) +
                          " bytes is above the ceiling of its kind");
    }
    const auto header = encodeHeader({type, payload.size()});
    const std::array<asio::const_buffer, 2> parts{asio::buffer(header),
                                                  asio::buffer(payload.data(), payload.size())};
    bool written = false;
    boost::system::error_code writeError;
    asio::async_write(socket_, parts, [&](const boost::system::error_code& error, std::size_t) {
      written = true;
      writeError = error;
    });
    runUntil(until, [&] { return written; });
    if (!written) {
      // The handler refers to this call's stack: it has to be run before we leave.
      socket_.cancel();
      runUntil(
          TimePoint::max(), [&] { return written; }, false);
      readError_ = asio::error::operation_aborted;
      if (interrupted_) throw CancelledError("interrupted");
      throw ResourceError("the other end took no data in time");
    }
    if (writeError) throw PeerGoneError("the other end closed: " + writeError.message());
  }

  void interrupt() {
    interrupted_ = true;
    asio::post(io_, [] {});  // wakes a call that waits
  }

 private:
  template <typename Done>
  void runUntil(TimePoint until, Done done, bool mayInterrupt = true) {
    while (!done() && !(mayInterrupt && interrupted_)) {
      if (io_.stopped()) io_.restart();
      const bool endless = until == TimePoint::max();
      const std::size_t handlers = runOne(until);
      if (handlers == 0 && !endless && std::chrono::steady_clock::now() >= until) return;
    }
  }

  // A step that found no memory took its operation with it: nobody must wait for that.
  std::size_t runOne(TimePoint until) {
    try {
      return until == TimePoint::max() ? io_.run_one() : io_.run_one_until(until);
    } catch (const std::bad_alloc&) {
      readError_ = asio::error::no_memory;
      throw;
    }
  }

  void startHeader() {
    frameComplete_ = false;
    asio::async_read(socket_, asio::buffer(header_),
                     [this](const boost::system::error_code& error, std::size_t) {
                       if (error) {
                         readError_ = error;
                       } else {
                         startPayload();
                       }
                     });
    reading_ = true;  // now: without memory there is no read
  }

  void startPayload() {
    readError_ = asio::error::invalid_argument;  // stays when the header is refused
    const FrameHeader header = decodeHeader({header_.data(), header_.size()});
    readError_ = {};
    frame_.type = header.type;
    frame_.payload.clear();
    expected_ = header.length;
    readMore();
  }

  void readMore() {
    const std::size_t have = frame_.payload.size();
    if (have == expected_) {
      frameComplete_ = true;
      return;
    }
    const std::uint64_t chunk = std::max<std::uint64_t>(firstChunk, have);
    const std::size_t next =
        static_cast<std::size_t>(std::min<std::uint64_t>(expected_ - have, chunk));
    frame_.payload.resize(have + next);
    asio::async_read(socket_, asio::buffer(frame_.payload.data() + have, next),
                     [this](const boost::system::error_code& error, std::size_t) {
                       if (error) {
                         readError_ = error;
                       } else {
                         readMore();
                       }
                     });
  }

  Frame takeFrame() {
    reading_ = false;
    frameComplete_ = false;
    return std::move(frame_);
  }

  asio::io_context io_{1};
  asio::local::stream_protocol::socket socket_;
  std::atomic<bool> interrupted_{false};
  bool reading_ = false;
  bool frameComplete_ = false;
  boost::system::error_code readError_;
  std::array<char, frameHeaderSize> header_{};
  std::uint64_t expected_ = 0;
  Frame frame_;
};

FramedSocket::FramedSocket(int fileDescriptor) : impl_(std::make_unique<Impl>(fileDescriptor)) {}
FramedSocket::~FramedSocket() = default;

std::optional<Frame> FramedSocket::receive(TimePoint until) { return impl_->receive(until); }

void FramedSocket::send(FrameType type, std::string_view payload, TimePoint until) {
  impl_->send(type, payload, until);
}

void FramedSocket::interrupt() { impl_->interrupt(); }

SocketPair makeSocketPair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw ResourceError("cannot make a local socket: " + lastError());
  }
  return {ends[0], ends[1]};
}

}  // namespace cmr
