#include "plugin/child_start.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

#include "analysis/errors.h"
#include "plugin/descriptor.h"

namespace cmr {
namespace {

// Descriptor on which the child tells why it could not become the executable; closed by success.
constexpr int reportDescriptor = childSocketDescriptor + 1;
// The parent's ends are kept above this, so that no dup2 in the child overwrites one.
constexpr int firstSafeDescriptor = 16;
// Of the child: libraries, shards of weights, devices of a GPU.
constexpr rlim_t mostOpenFiles = 1024;

[[noreturn]] void throwLastError(const std::string& what) {
  const int error = errno;
  throw ResourceError(what + ": " + std::generic_category().message(error));
}

void moveUp(Descriptor& descriptor) {
  const int moved = ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, firstSafeDescriptor);
  if (moved < 0) throwLastError("cannot duplicate a descriptor");
  descriptor.reset(moved);
}

struct Pipe {
  Descriptor readEnd;
  Descriptor writeEnd;

  Pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throwLastError("cannot make a pipe");
    readEnd.reset(ends[0]);
    writeEnd.reset(ends[1]);
    moveUp(readEnd);
    moveUp(writeEnd);
  }
};

// Everything that the child needs, made before the fork: between fork and exec only
// async-signal-safe calls are allowed (signal-safety(7)), and no memory may be taken.
struct ChildPlan {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int null = -1;
  int standardError = -1;
  int socket = -1;
  int report = -1;
  int niceness = 0;
  pid_t parent = -1;
};

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct KernelDirent {  // getdents64(2)
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  std::uint8_t type;
};

// close_range(2) came with Linux 5.9; older kernels list the descriptors instead. The list is read
// into a buffer on the stack, again and again until nothing above `first` is left but itself.
void closeFrom(unsigned first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
#endif
  const int folder = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  std::array<char, 4096> buffer;
  for (;;) {
    const long size = ::syscall(SYS_getdents64, folder, buffer.data(), buffer.size());
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      KernelDirent entry;
      std::memcpy(&entry, buffer.data() + at, sizeof entry);
      const char* name = buffer.data() + at + 19;  // d_name follows the 19 bytes of fixed fields
      int descriptor = 0;
      while (*name >= '0' && *name <= '9') descriptor = descriptor * 10 + (*name++ - '0');
      if (descriptor >= static_cast<int>(first) && descriptor != folder) ::close(descriptor);
      at += entry.length;
    }
  }
  ::close(folder);
}

[[noreturn]] void failInChild(int error) {
  const ssize_t ignored = ::write(reportDescriptor, &error, sizeof error);
  static_cast<void>(ignored);
  ::_exit(127);
}

// When memory runs out, the kernel ends the worker and not the archive (proc(5), oom_score_adj).
void beFirstToGo() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t ignored = ::write(file, "1000", 4);
  static_cast<void>(ignored);
  ::close(file);
}

// Runs in the child, between fork and exec.
[[noreturn]] void becomeExecutable(const ChildPlan& plan) {
  ::dup2(plan.report, reportDescriptor);
  ::fcntl(reportDescriptor, F_SETFD, FD_CLOEXEC);
  if (::dup2(plan.null, STDIN_FILENO) < 0 || ::dup2(plan.null, STDOUT_FILENO) < 0 ||
      ::dup2(plan.standardError, STDERR_FILENO) < 0 ||
      ::dup2(plan.socket, childSocketDescriptor) < 0) {
    failInChild(errno);
  }
  closeFrom(reportDescriptor + 1);
  ::setpgid(0, 0);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) failInChild(errno);
  if (::getppid() != plan.parent) ::_exit(127);  // the parent died before the line above
  const rlimit noCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &noCore);
  const rlimit files{mostOpenFiles, mostOpenFiles};
  ::setrlimit(RLIMIT_NOFILE, &files);
  beFirstToGo();
  ::setpriority(PRIO_PROCESS, 0, plan.niceness);
  // The archive may ignore or block signals; what a thread inherits of that is undone.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.arguments.front(), plan.arguments.data(), plan.environment.data());
  failInChild(errno);
}

// Blocks until exec closed the pipe (0: all went well) or the child sent its errno.
int startError(int report) {
  int error = 0;
  ssize_t size = 0;
  do {
    size = ::read(report, &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace

StartedChild startChild(const ChildSpec& spec) {
  std::vector<std::string> arguments = spec.arguments;
  std::vector<std::string> environment = spec.environment;
  Pipe standardError;
  Pipe report;
  Descriptor socket(::fcntl(spec.socket, F_DUPFD_CLOEXEC, firstSafeDescriptor));
  if (socket.get() < 0) throwLastError("cannot hand over the socket");
  Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null.get() < 0) throwLastError("cannot open /dev/null");
  moveUp(null);

  const ChildPlan plan{
      pointersTo(arguments), pointersTo(environment), null.get(),    standardError.writeEnd.get(),
      socket.get(),          report.writeEnd.get(),   spec.niceness, ::getpid()};
  const pid_t child = ::fork();
  if (child < 0) throwLastError("cannot start a process");
  if (child == 0) becomeExecutable(plan);

  report.writeEnd.reset();
  if (const int error = startError(report.readEnd.get()); error != 0) {
    ::waitpid(child, nullptr, 0);
    throw ResourceError("cannot run " + spec.arguments.front() + ": " +
                        std::generic_category().message(error));
  }
  return {child, standardError.readEnd.release()};
}

std::string describeExit(int waitStatus) {
  if (WIFSIGNALED(waitStatus)) {
    const int number = WTERMSIG(waitStatus);
    const char* name = ::sigdescr_np(number);
    return "was killed by signal " + std::to_string(number) + " (" +
           (name == nullptr ? "unknown" : name) + ")";
  }
  if (WIFEXITED(waitStatus)) return "exited with code " + std::to_string(WEXITSTATUS(waitStatus));
  return "ended";
}

}  // namespace cmr
