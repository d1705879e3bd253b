// Reads and writes of sockets that fail. Linking faulty_sockets.cpp puts it between this program
// and the system's calls; nothing fails until it is told to.
#pragma once

namespace cmr::test {

// What the call with the chosen number meets.
enum class SocketFault {
  readReset,    // ECONNRESET
  readEnd,      // the other end has closed
  writeBroken,  // EPIPE
  writeRefused  // ENOBUFS: the kernel has no memory
};

// The N-th read, or write, of a socket by this process fails, counted from here on; with `forEver`
// all later ones of that kind too.
void failSocketAt(int call, SocketFault fault, bool forEver);
// Every read and write moves one byte at most, and every second is interrupted (EINTR) first.
void trickleSockets(bool on);
void mendSockets();
bool socketHasFailed();  // since failSocketAt()

}  // namespace cmr::test
