#include "plugin/worklist_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "analysis/errors.h"
#include "plugin/child_start.h"
#include "plugin/descriptor.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};
constexpr std::size_t largestAnswer = std::size_t{64} << 20;
constexpr std::size_t mostSaid = 2000;  // of what it says about its trouble

enum class Heard { all, tooLate, tooMuch };

struct Stream {
  int from = -1;  // negative: it has ended
  std::string text;
};

// What is there; the end of it, or an error, ends the stream.
void readPart(Stream& stream) {
  std::array<char, 65536> part{};
  const ssize_t got = ::read(stream.from, part.data(), part.size());
  if (got > 0) {
    stream.text.append(part.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    stream.from = -1;
  }
}

// Both until the other side closes them. poll(2) passes over negative descriptors.
Heard hear(Stream& answer, Stream& said) {
  const auto end = Clock::now() + patience;
  while (answer.from >= 0 || said.from >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return Heard::tooLate;
    std::array<pollfd, 2> wait{{{answer.from, POLLIN, 0}, {said.from, POLLIN, 0}}};
    if (::poll(wait.data(), wait.size(), static_cast<int>(left.count())) < 0) {
      if (errno == EINTR) continue;
      return Heard::tooLate;
    }
    if (wait[0].revents != 0) readPart(answer);
    if (wait[1].revents != 0) readPart(said);
    if (answer.text.size() > largestAnswer) return Heard::tooMuch;
    if (said.text.size() > mostSaid) said.text.resize(mostSaid);
  }
  return Heard::all;
}

// The child leads a process group of its own: nothing that it started stays, either.
void killGroup(pid_t leader) { ::kill(-leader, SIGKILL); }

// Until it ended. It is not waited for yet: until then its number is nobody else's, whatever kills
// it from another thread.
void waitForEnd(pid_t child) {
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0 &&
         errno == EINTR) {
  }
}

int exitStatusOf(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string readFolderByProgram(const std::string& program, const std::string& folder,
                                const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw ResourceError("no pipe for the worklist's files");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  ChildSpec spec;
  spec.arguments = {program, "worklist", "read", folder, "--output", "/dev/fd/3"};
  spec.environment = {"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"};
  spec.niceness = 10;
  spec.socket = writing.get();
  const StartedChild child = startChild(spec);
  const Descriptor standardError(child.standardError);
  writing.reset();
  Stream answer{reading.get(), {}};
  Stream said{standardError.get(), {}};
  Heard heard = Heard::all;
  {
    const std::stop_callback killWhenStopped(stop, [&] { killGroup(child.processId); });
    heard = hear(answer, said);
    if (heard != Heard::all) killGroup(child.processId);
    waitForEnd(child.processId);
  }  // nobody kills it any more
  const int status = exitStatusOf(child.processId);
  if (stop.stop_requested()) throw CancelledError("the worklist's files are not read: stopped");
  if (heard == Heard::tooLate) {
    throw ResourceError(program + " did not read " + folder + " in half a minute");
  }
  if (heard == Heard::tooMuch) {
    throw ResourceError(program + " says more than 64 MiB about " + folder);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return answer.text;
  throw ResourceError(program + " " + describeExit(status) + " over " + folder +
                      (said.text.empty() ? "" : ": " + firstLine(said.text)));
}

}  // namespace cmr
