#include "tests/support/faulty_sockets.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

// The supervisor's threads call from here while a test gives orders.
namespace {

using cmr::test::SocketFault;

std::atomic<int> failing{0};
std::atomic<SocketFault> kind{SocketFault::readReset};
std::atomic<bool> lasts{false};
std::atomic<int> calls{0};
std::atomic<bool> hasFailed{false};
std::atomic<bool> trickles{false};
std::atomic<unsigned> trickled{0};

bool isRead(SocketFault fault) {
  return fault == SocketFault::readReset || fault == SocketFault::readEnd;
}

bool failsNow(bool read) {
  if (failing == 0 || isRead(kind) != read) return false;
  const int made = ++calls;
  const bool hit = made == failing || (lasts && made > failing);
  if (hit) hasFailed = true;
  return hit;
}

ssize_t failure() {
  switch (kind.load()) {
    case SocketFault::readEnd:
      return 0;
    case SocketFault::readReset:
      errno = ECONNRESET;
      return -1;
    case SocketFault::writeBroken:
      errno = EPIPE;
      return -1;
    case SocketFault::writeRefused:
      errno = ENOBUFS;
      return -1;
  }
  return -1;
}

bool interruptsNow() {
  if (!trickles || trickled++ % 2 == 0) return false;
  errno = EINTR;
  return true;
}

// The first byte that the message has room for.
ssize_t oneByte(long number, int socket, const msghdr* message, int flags) {
  for (std::size_t i = 0; i < message->msg_iovlen; ++i) {
    if (message->msg_iov[i].iov_len == 0) continue;
    iovec byte{message->msg_iov[i].iov_base, 1};
    msghdr small{};
    small.msg_iov = &byte;
    small.msg_iovlen = 1;
    return ::syscall(number, socket, &small, flags);
  }
  return 0;
}

}  // namespace

extern "C" ssize_t recvmsg(int socket, msghdr* message, int flags) {
  if (failsNow(true)) return failure();
  if (interruptsNow()) return -1;
  return trickles ? oneByte(SYS_recvmsg, socket, message, flags)
                  : ::syscall(SYS_recvmsg, socket, message, flags);
}

extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  if (failsNow(false)) return failure();
  if (interruptsNow()) return -1;
  return trickles ? oneByte(SYS_sendmsg, socket, message, flags)
                  : ::syscall(SYS_sendmsg, socket, message, flags);
}

extern "C" ssize_t recv(int socket, void* buffer, size_t size, int flags) {
  if (failsNow(true)) return failure();
  if (interruptsNow()) return -1;
  const size_t most = trickles && size > 1 ? 1 : size;
  return ::syscall(SYS_recvfrom, socket, buffer, most, flags, nullptr, nullptr);
}

extern "C" ssize_t send(int socket, const void* buffer, size_t size, int flags) {
  if (failsNow(false)) return failure();
  if (interruptsNow()) return -1;
  const size_t most = trickles && size > 1 ? 1 : size;
  return ::syscall(SYS_sendto, socket, buffer, most, flags, nullptr, 0);
}

namespace cmr::test {

void failSocketAt(int call, SocketFault fault, bool forEver) {
  failing = 0;
  calls = 0;
  hasFailed = false;
  kind = fault;
  lasts = forEver;
  failing = call;
}

void trickleSockets(bool on) { trickles = on; }

void mendSockets() {
  failing = 0;
  trickles = false;
}

bool socketHasFailed() { return hasFailed; }

}  // namespace cmr::test
