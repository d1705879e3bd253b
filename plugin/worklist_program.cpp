// The program that reads worklist files, as a process of its own: foreign DICOM is not decoded in
// the archive's.
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
#include "plugin/worklist_folder.h"

namespace cmr {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};
constexpr std::size_t largestAnswer = std::size_t{64} << 20;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int get() const { return number_; }

 private:
  int number_;
};

// Everything until the other side closes; false: it took too long, or was too much.
bool readAll(int from, std::string& text) {
  const auto end = Clock::now() + patience;
  std::array<char, 65536> part{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd wait{from, POLLIN, 0};
    if (left.count() <= 0) return false;
    const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = ::read(from, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > largestAnswer) return false;
  }
}

}  // namespace

std::string readFolderByProgram(const std::string& program, const std::string& folder) {
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
  writing.close();
  std::string answer;
  const bool isWhole = readAll(reading.get(), answer);
  if (!isWhole) ::kill(child.processId, SIGKILL);
  int status = 0;
  while (::waitpid(child.processId, &status, 0) < 0 && errno == EINTR) {
  }
  if (!isWhole) throw ResourceError(program + " did not read " + folder + " in half a minute");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return answer;
  std::string said;
  std::array<char, 2000> part{};
  const ssize_t got = ::read(standardError.get(), part.data(), part.size());
  if (got > 0) said.assign(part.data(), static_cast<std::size_t>(got));
  throw ResourceError(program + " " + describeExit(status) + " over " + folder +
                      (said.empty() ? "" : ": " + said.substr(0, said.find('\n'))));
}

}  // namespace cmr
