// Starting a child process out of a process with many threads and open descriptors.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cmr {

struct ChildSpec {
  std::vector<std::string> arguments;    // the first is the executable's path
  std::vector<std::string> environment;  // "NAME=value"
  int niceness = 0;
  int socket = -1;  // becomes descriptor 3 of the child
};

inline constexpr int childSocketDescriptor = 3;

struct StartedChild {
  pid_t processId = -1;
  int standardError = -1;  // read end of its stderr, closed on exec; the caller owns it
};

// Forks and executes. The child has /dev/null as stdin and stdout, a pipe as stderr, the socket,
// and no other descriptor: an inherited listening port would keep the archive from restarting. It
// leads a process group of its own, opens 1024 files at most, writes no core dump (it would hold
// patient data), is the first that the kernel ends when memory runs out, and is killed
// when the calling THREAD ends (prctl(2), PR_SET_PDEATHSIG), so call this from a long-lived one.
// Throws ResourceError with the cause, also when the executable cannot be run.
StartedChild startChild(const ChildSpec& spec);

// Sentence on how a process ended, from the status that waitpid(2) gives:
// "was killed by signal 9 (Killed)", "exited with code 3".
std::string describeExit(int waitStatus);

}  // namespace cmr
