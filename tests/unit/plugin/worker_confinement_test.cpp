// A child of this test confines itself, tries what a taken-over decoder would,
// and tells by its exit code what it could do.
#include "plugin/worker_confinement.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/random.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "plugin/reachable_files.h"
#include "tests/support/deeds_to_files.h"
#include "tests/support/deeds_to_processes.h"
#include "tests/support/outward_deed.h"
#include "tests/support/test_folder.h"

namespace cmr {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Confined : public ::testing::Test {
 protected:
  Confined() : folder(test::ownFolder()), allowed(folder / "allowed") {
    fs::create_directories(allowed);
    std::ofstream(allowed / "weights") << "weights";
    std::ofstream(folder / "secret") << "secret";
    std::ofstream(folder / "shared") << "weights of several packages";
    fs::remove(allowed / "link");
    fs::create_symlink(folder / "shared", allowed / "link");
  }

  // What the deed returns in a process of its own: less than 200.
  static int inChild(const std::function<int()>& deed) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(deed());
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
  }

  // The same of a confined one.
  int inConfinedChild(const std::function<int()>& deed) {
    constexpr int noSeccomp = 200;
    constexpr int noLandlock = 201;
    const int code = inChild([&] {
      const Confinement confinement = confineProcess({allowed.string()});
      if (!confinement.network) return noSeccomp;
      return confinement.files ? deed() : noLandlock;
    });
    if (code == noLandlock) without = "no Landlock here";
    EXPECT_NE(code, noSeccomp) << "no seccomp here";
    return code;
  }

  // Whether the deed succeeds in a confined process.
  bool can(const std::function<bool()>& deed) {
    return inConfinedChild([&] { return deed() ? 1 : 0; }) == 1;
  }

  // Done by a process that is not confined, and by one that is: there is
  // nothing to refuse in a deed that the system itself does not know or allow.
  void expectRefused(const std::vector<test::Deed>& deeds) {
    for (const test::Deed& deed : deeds) {
      std::ofstream(folder / "victim") << "of another";
      const test::Outside outside{::getpid(), folder / "victim", allowed / "weights"};
      const auto attempt = [&] { return deed.attempt(outside); };
      const int confined = inConfinedChild(attempt);
      if (!without.empty()) GTEST_SKIP() << without;
      EXPECT_TRUE(test::isRefusal(confined)) << deed.name << ": " << ::strerror(confined);
      const int free = inChild(attempt);
      if (test::isRefusal(free)) std::cout << deed.name << " is refused to everybody here\n";
    }
  }
  static bool opens(const fs::path& path, int flags) {
    return ::open(path.c_str(), flags, 0600) >= 0;
  }

  const fs::path folder;
  const fs::path allowed;
  std::string without;
};

TEST_F(Confined, NothingIsReachedOverTheNetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    EXPECT_FALSE(can([&] { return ::socket(family, SOCK_STREAM, 0) >= 0; })) << family;
  }
  io_uring_params parameters{};
  EXPECT_FALSE(can([&] { return ::syscall(SYS_io_uring_setup, 4, &parameters) >= 0; }));
}

TEST_F(Confined, ASocketThatWasThereBeforeGoesOn) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_TRUE(can([&] {
                char letter = 0;
                return ::send(ends[0], "a", 1, 0) == 1 && ::recv(ends[1], &letter, 1, 0) == 1 &&
                       letter == 'a';
              }) ||
              !without.empty());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Confined, NoOtherProgramIsRunAndNoOtherProcessSignalled) {
  EXPECT_FALSE(can([] { return ::execl("/bin/true", "true", nullptr) == 0; }));
  EXPECT_FALSE(can([] { return ::kill(::getppid(), 0) == 0; }));
}

// It would outlive the worker that is killed.
TEST_F(Confined, NoOtherProcessIsStarted) {
  EXPECT_FALSE(can([] {
    const pid_t other = ::fork();
    if (other == 0) ::_exit(0);
    return other > 0;
  }));
  EXPECT_FALSE(can([] {
    const long other = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (other == 0) ::_exit(0);
    return other > 0;
  }));
}

TEST_F(Confined, ItMayStartThreadsAndEndItself) {
  EXPECT_TRUE(can([] {
                bool ran = false;
                std::thread([&] { ran = true; }).join();
                return ran && ::kill(::getpid(), 0) == 0;
              }) ||
              !without.empty());
}

// As libraries do it with their own threads.
TEST_F(Confined, ItMayArrangeItself) {
  EXPECT_TRUE(can([] {
                rlimit64 limit{};
                cpu_set_t cores;
                return ::prlimit64(0, RLIMIT_STACK, nullptr, &limit) == 0 &&
                       ::setpriority(PRIO_PROCESS, 0, 10) == 0 &&
                       ::sched_getaffinity(0, sizeof cores, &cores) == 0 &&
                       ::sched_setaffinity(0, sizeof cores, &cores) == 0 &&
                       ::prctl(PR_SET_NAME, "renamed") == 0 && ::isatty(STDERR_FILENO) <= 1;
              }) ||
              !without.empty());
}

// And those of thread pools, waiting and memory.
TEST_F(Confined, PipesSocketPairsAndMemoryOfItsOwnStay) {
  EXPECT_TRUE(can([&] {
                int ends[2];
                int available = 0;
                void* own = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                const int file = ::open((allowed / "weights").c_str(), O_RDONLY);
                void* weights = ::mmap(nullptr, 7, PROT_READ, MAP_SHARED, file, 0);
                return own != MAP_FAILED && weights != MAP_FAILED && ::pipe(ends) == 0 &&
                       ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 &&
                       ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 &&
                       ::ioctl(ends[0], FIONREAD, &available) == 0;
              }) ||
              !without.empty());
}

TEST_F(Confined, AThreadThatBeginsLaterIsHeldAsWell) {
  const auto laterCan = [&](const std::function<bool()>& deed) {
    return can([&] {
      bool could = false;
      std::thread([&] { could = deed(); }).join();
      return could;
    });
  };
  EXPECT_FALSE(laterCan([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }));
  EXPECT_FALSE(laterCan([] { return ::kill(::getppid(), 0) == 0; }));
  if (!without.empty()) GTEST_SKIP() << without;
  EXPECT_FALSE(laterCan([&] { return opens(folder / "secret", O_RDONLY); }));
}

TEST_F(Confined, NothingIsDoneToFilesOfOthers) { expectRefused(test::deedsToFiles()); }

TEST_F(Confined, NothingIsDoneToOtherProcessesOrSharedWithThem) {
  expectRefused(test::deedsToProcesses());
}

TEST_F(Confined, NoMemoryIsTakenThatItsOwnDoesNotCount) {
  if (hasComputingDevice()) GTEST_SKIP() << "the driver of a GPU needs it";
  expectRefused(test::deedsOfGpuDrivers());
}

// Held by root alone, and root goes round what is refused to others.
TEST_F(Confined, NoCapabilityIsLeftButReadingFilesOfOthers) {
  EXPECT_TRUE(can([] {
                std::ifstream status("/proc/self/status");
                std::string line;
                while (std::getline(status, line) && !line.starts_with("CapPrm:")) continue;
                const auto held = std::stoull(line.substr(std::strlen("CapPrm:")), nullptr, 16);
                return (held & ~(1ULL << CAP_DAC_READ_SEARCH)) == 0;
              }) ||
              !without.empty());
}

TEST_F(Confined, OnlyFilesOfTheListAreReadAndNoneIsWritten) {
  const bool reads = can([&] { return opens(allowed / "weights", O_RDONLY); });
  if (!without.empty()) GTEST_SKIP() << without;
  EXPECT_TRUE(reads);
  EXPECT_TRUE(can([&] { return opens(allowed / "link", O_RDONLY); }));
  EXPECT_TRUE(can([] { return opens("/proc/self/statm", O_RDONLY); }));
  EXPECT_TRUE(can([] { return opens("/dev/null", O_WRONLY); }));
  EXPECT_FALSE(can([&] { return opens(folder / "secret", O_RDONLY); }));
  EXPECT_FALSE(can([&] { return opens(allowed / "weights", O_WRONLY); }));
  EXPECT_FALSE(can([&] { return opens(allowed / "new", O_WRONLY | O_CREAT); }));
  EXPECT_FALSE(can([] { return opens("/etc/shadow", O_RDONLY); }));
  EXPECT_FALSE(can([] { return opens("/tmp/cmr-confined", O_WRONLY | O_CREAT); }));
}

// Landlock's right to requests came with Linux 6.10: landlock(7).
TEST_F(Confined, DevicesTakeNoRequests) {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 5) GTEST_SKIP() << "Landlock of version " << version;
  const auto request = [] {
    int bits = 0;
    return ::ioctl(::open("/dev/urandom", O_RDONLY), RNDGETENTCNT, &bits) == 0 ? 0 : errno;
  };
  EXPECT_EQ(inConfinedChild(request), EACCES);
  EXPECT_EQ(inChild(request), 0);
}

// The scope that keeps its signals in does not keep others out.
TEST_F(Confined, ItsParentCanStillEndIt) {
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    confineProcess({allowed.string()});
    static_cast<void>(::write(ready[1], "r", 1) == 1);
    for (;;) ::pause();
  }
  char letter = 0;
  EXPECT_EQ(::read(ready[0], &letter, 1), 1);
  EXPECT_EQ(::kill(child, SIGTERM), 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
  for (const int end : ready) ::close(end);
}

TEST(DescribeConfinement, WhatIsMissingIsSaidLoudly) {
  EXPECT_EQ(describeConfinement({true, true, ""}), "no network, own files only");
  const std::string without = describeConfinement({true, false, "Landlock: not implemented"});
  EXPECT_THAT(without, HasSubstr("ALL FILES REACHABLE"));
  EXPECT_THAT(without, HasSubstr("Landlock: not implemented"));
}

}  // namespace
}  // namespace cmr
